"""Label Studio: a server of one's own, reports in, annotations out, agreement between annotators."""
