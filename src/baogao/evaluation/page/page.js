"use strict";
// The modes of the score table, and the list of errors: filtered, counted, and made into elements as it is scrolled.
// Text of reports enters the page through textContent alone.
(() => {
  const BATCH = 50;
  const FACETS = ["label", "kind", "document"];
  const number = new Intl.NumberFormat("en");
  const chinese = /\p{Script=Han}/u;

  const make = (name, className, text) => {
    const element = document.createElement(name);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    if (text !== undefined && chinese.test(text)) element.lang = "zh";
    return element;
  };
  const words = (kind) => kind.replaceAll("_", " ");

  // Modes: one table at a time.
  const modes = document.querySelector(".modes");
  const choose = (mode) => {
    for (const table of document.querySelectorAll("[data-mode]")) table.hidden = table.dataset.mode !== mode;
  };
  modes.hidden = false;
  modes.addEventListener("change", (event) => choose(event.target.value));
  choose(modes.querySelector(":checked").value);

  // On paper everything is open.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const details of opened) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
  });

  const data = document.querySelector("script[type='application/json']");
  if (!data) return;
  const errors = JSON.parse(data.textContent);
  for (const error of errors) error.searched = `${error.document}\n${error.text ?? ""}`.toLowerCase();

  const browser = document.querySelector(".browser");
  const form = browser.querySelector("form");
  const list = browser.querySelector("ol");
  const more = browser.querySelector(".more");
  const status = browser.querySelector("[role=status]");
  const template = document.querySelector("template").content.firstElementChild;
  browser.hidden = false;

  // The sentence cut at every border of a span, so that gold and predicted spans may overlap. Offsets are code points.
  const pieces = (error) => {
    const characters = Array.from(error.text);
    const from = error.sentence[0];
    const spans = [...error.gold, ...error.predicted];
    const borders = new Set([0, characters.length, ...spans.flatMap((s) => [s.start - from, s.end - from])]);
    const cuts = [...borders].sort((a, b) => a - b);
    const around = (group, a, b) => group.find((s) => s.start - from <= a && b <= s.end - from);
    return cuts.slice(0, -1).map((a, i) => {
      const b = cuts[i + 1];
      const piece = { text: characters.slice(a, b).join("") };
      for (const name of ["gold", "predicted"]) {
        const span = around(error[name], a, b);
        if (span) piece[name] = { first: span.start - from === a, last: span.end - from === b };
      }
      return piece;
    });
  };

  const marked = (piece) => {
    let node = document.createTextNode(piece.text);
    for (const name of ["predicted", "gold"]) { // gold outside: its line runs on below the gap between two boxes
      if (!piece[name]) continue;
      const outer = make("span", name);
      outer.classList.toggle("first", piece[name].first);
      outer.classList.toggle("last", piece[name].last);
      outer.append(node);
      node = outer;
    }
    return node;
  };

  const told = (error, name) => {
    const characters = error.text === null ? null : Array.from(error.text);
    const item = make("dd");
    for (const span of error[name]) {
      const one = make("span", "told");
      if (characters) {
        const [start, end] = [span.start - error.sentence[0], span.end - error.sentence[0]];
        const surface = make("span", `${name} first last`, characters.slice(start, end).join(""));
        surface.lang = "zh";
        one.append(surface, " ");
      }
      one.append(make("b", "", span.label));
      if (span.score !== undefined) one.append(" ", make("span", "score", span.score.toFixed(2)));
      one.append(" ", make("small", "", `${span.start}–${span.end}`));
      item.append(one, " ");
    }
    if (!error[name].length) item.append(make("i", "", "nothing"));
    return item;
  };

  const element = (error) => {
    const item = template.cloneNode(true);
    item.querySelector(".kind").textContent = words(error.kind);
    item.querySelector(".label").textContent = error.label;
    const place = item.querySelector(".place");
    place.append(make("span", "", error.document));
    for (const part of [error.level, error.section]) if (part) place.append(" · ", make("span", "", part));
    const sentence = item.querySelector(".sentence");
    if (error.text === null) sentence.remove();
    else sentence.append(...pieces(error).map(marked));
    const [gold, predicted] = item.querySelectorAll("dd");
    gold.replaceWith(told(error, "gold"));
    predicted.replaceWith(told(error, "predicted"));
    return item;
  };

  // Facets: every value with the number of errors it would show under the other filters.
  const shown = { document: new Map() };
  for (const facet of ["label", "kind"]) {
    const inputs = [...form.querySelectorAll(`[name=${facet}]`)];
    shown[facet] = new Map(inputs.map((input) => [input.value, (n) => {
      input.parentElement.querySelector(".tally").textContent = number.format(n);
      input.parentElement.classList.toggle("none", n === 0);
    }]));
  }
  const all = make("option", "", "");
  all.value = "";
  form.elements.document.append(all);
  for (const value of new Set(errors.map((error) => error.document))) {
    const option = make("option", "", value);
    option.value = `=${value}`; // "" is every document, whatever the ids are
    form.elements.document.append(option);
    shown.document.set(value, (n) => {
      option.textContent = `${value} (${number.format(n)})`;
    });
  }

  const score = (error) => Math.max(...error.predicted.map((s) => s.score ?? -1), -1);
  const orders = {
    document: null,
    surest: (a, b) => score(b) - score(a),
    doubtful: (a, b) => score(a) - score(b),
  };

  let found = [];
  const draw = (count) => {
    const from = list.childElementCount;
    list.append(...found.slice(from, from + count).map(element));
    const left = found.length - list.childElementCount;
    more.hidden = left === 0;
    more.textContent = `Show more (${number.format(left)} left)`;
  };

  const filter = () => {
    const text = form.elements.text.value.trim().toLowerCase();
    const chosen = (facet) => new Set([...form.querySelectorAll(`[name=${facet}]:checked`)].map((i) => i.value));
    const wanted = { label: chosen("label"), kind: chosen("kind"), document: new Set() };
    if (form.elements.document.value) wanted.document.add(form.elements.document.value.slice(1));
    const passes = (error, facet) => !wanted[facet].size || wanted[facet].has(error[facet]);

    const tallies = {};
    for (const facet of FACETS) tallies[facet] = new Map();
    const add = (error, facet) => tallies[facet].set(error[facet], (tallies[facet].get(error[facet]) ?? 0) + 1);
    let matching = 0;
    found = [];
    for (const error of errors) {
      if (text && !error.searched.includes(text)) continue;
      matching += 1;
      const failed = FACETS.filter((facet) => !passes(error, facet));
      if (!failed.length) {
        found.push(error);
        for (const facet of FACETS) add(error, facet);
      } else if (failed.length === 1) add(error, failed[0]);
    }
    for (const facet of FACETS) for (const [value, show] of shown[facet]) show(tallies[facet].get(value) ?? 0);
    all.textContent = `all documents (${number.format([...tallies.document.values()].reduce((a, b) => a + b, 0))})`;
    const order = orders[form.elements.order.value];
    if (order) found.sort(order);
    status.textContent = `${number.format(found.length)} of ${number.format(errors.length)} errors`;
    list.replaceChildren();
    draw(BATCH);
  };

  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filter)); // after the fields are empty
  more.addEventListener("click", () => {
    const next = list.childElementCount;
    draw(BATCH);
    list.children[next].tabIndex = -1;
    list.children[next].focus({ preventScroll: true });
  });
  new IntersectionObserver(
    (entries) => {
      if (entries.some((e) => e.isIntersecting) && !more.hidden) draw(BATCH);
    },
    { rootMargin: "600px" },
  ).observe(more);
  addEventListener("beforeprint", () => draw(found.length));

  // A number of the table of kinds leads to its errors.
  for (const button of document.querySelectorAll("#kinds button")) {
    button.addEventListener("click", () => {
      form.elements.text.value = form.elements.document.value = "";
      for (const facet of ["label", "kind"]) {
        for (const input of form.querySelectorAll(`[name=${facet}]`)) input.checked = input.value === button.dataset[facet];
      }
      filter();
      document.getElementById("errors").scrollIntoView();
      status.focus({ preventScroll: true });
    });
  }

  filter();
})();
