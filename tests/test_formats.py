"""Word, PDF and web pages: text out, limits kept, what is left out is named."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from baogao import BaogaoError, read
from baogao.reports.read import MAX_BYTES

HEAD = "云岚镇2020年政府工作报告"
BODY = "　　全年地区生产总值15.6亿元，增长6.2%。"


def word(path: Path) -> Path:
    document = docx.Document()
    document.add_paragraph(HEAD)
    document.add_paragraph(BODY)
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ("指标", "数值", "粮食产量", "3.2万吨"), strict=True):
        cell.text = text
    document.add_paragraph("二、下一步打算")
    document.save(str(path))
    return path


def rewrite(path: Path, change: Callable[[bytes], bytes]) -> None:
    """Change the XML of a Word file's document."""
    with zipfile.ZipFile(path) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    parts["word/document.xml"] = change(parts["word/document.xml"])
    with zipfile.ZipFile(path, "w") as target:
        for name, data in parts.items():
            target.writestr(name, data)


def pdf(path: Path, pages: list[list[str]]) -> Path:
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    canvas = Canvas(str(path))
    for lines in pages:
        canvas.setFont("STSong-Light", 12)
        for row, line in enumerate(lines):
            canvas.drawString(72, 760 - 20 * row, line)
        canvas.showPage()
    canvas.save()
    return path


def test_docx_keeps_the_order_of_paragraphs_and_tables(tmp_path: Path) -> None:
    document = read(word(tmp_path / "r.docx"))
    assert document.text.split("\n") == [HEAD, BODY, "指标\t数值", "粮食产量\t3.2万吨", "二、下一步打算"]
    assert document.meta["place"] == "云岚镇"


def test_docx_tracked_changes_and_text_boxes(tmp_path: Path) -> None:
    """Inserted text is read, deleted text is left out and counted, a text box is read once."""
    path = word(tmp_path / "r.docx")
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    extra = (
        f'<w:p {space}><w:ins w:id="1" w:author="a"><w:r><w:t>新增就业</w:t></w:r></w:ins>'
        f'<w:del w:id="2" w:author="a"><w:r><w:delText>旧数</w:delText></w:r></w:del><w:r><w:t>300人</w:t></w:r>'
        f'<w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f"<mc:Choice><w:txbxContent><w:p><w:r><w:t>框内</w:t></w:r></w:p></w:txbxContent></mc:Choice>"
        f"<mc:Fallback><w:txbxContent><w:p><w:r><w:t>框内</w:t></w:r></w:p></w:txbxContent></mc:Fallback>"
        f"</mc:AlternateContent></w:r></w:p>"
    )
    rewrite(path, lambda xml: xml.replace(b"<w:sectPr", extra.encode() + b"<w:sectPr", 1))
    document = read(path)
    assert document.text.endswith("二、下一步打算\n新增就业300人\n框内")
    assert any("deletions" in note for note in document.meta["notes"])


def test_docx_counts_what_is_beside_the_body(tmp_path: Path) -> None:
    """Headers, footers and comments are no text of the report; moved text is read where it was moved to, once."""
    path = word(tmp_path / "r.docx")
    document = docx.Document(str(path))
    document.sections[0].header.paragraphs[0].text = "云岚镇人民政府文件"
    document.sections[0].footer.paragraphs[0].text = "第1页"
    document.sections[0].first_page_header.paragraphs[0].text = " "  # holds nothing: not counted
    document.save(str(path))
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    extra = (
        f'<w:p {space}><w:moveFrom w:id="1" w:author="a"><w:r><w:t>移动的话</w:t></w:r></w:moveFrom>'
        f'<w:r><w:t>留下的话</w:t></w:r><w:r><w:commentReference w:id="1"/></w:r></w:p>'
        f'<w:p {space}><w:moveTo w:id="2" w:author="a"><w:r><w:t>移动的话</w:t></w:r></w:moveTo></w:p>'
    )
    rewrite(path, lambda xml: xml.replace(b"<w:sectPr", extra.encode() + b"<w:sectPr", 1))
    report = read(path)
    assert report.text.endswith("二、下一步打算\n留下的话\n移动的话")
    assert report.meta["notes"] == (
        "2 page headers and footers are not part of the text",
        "1 comments are not part of the text",
        "1 passages that tracked changes moved are read at their new place only",
    )


def test_docx_bomb_is_refused_before_it_unpacks(write: Callable[..., Path]) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"<w:p/>" * 20_000_000)
    assert len(buffer.getvalue()) < 1_000_000
    with pytest.raises(BaogaoError, match="decompression bomb"):
        read(write("bomb.docx", buffer.getvalue()))


def test_docx_entities_are_not_expanded(tmp_path: Path) -> None:
    path = word(tmp_path / "r.docx")
    bomb = b'<!DOCTYPE x [<!ENTITY a "AAAAAAAAAA"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><w:document'
    rewrite(path, lambda xml: xml.replace(HEAD.encode(), b"&b;").replace(b"<w:document", bomb, 1))
    assert "AAAA" not in read(path).text


@pytest.mark.parametrize("content", [b"PK\x03\x04 not really", b"plain text", b"\xd0\xcf\x11\xe0old word"])
def test_what_is_no_docx_is_refused(write: Callable[..., Path], content: bytes) -> None:
    with pytest.raises(BaogaoError, match="not a Word document") as caught:
        read(write("r.docx", content))
    assert caught.value.remedy


def test_pdf_joins_wrapped_lines_and_drops_page_numbers(tmp_path: Path) -> None:
    pages = [
        [
            HEAD,
            "一、工作回顾",
            "全年地区生产总值完成十五亿六千万元比上年增长百分之六",
            "点二，财政收入完成一亿二千万元。",
            "- 1 -",
        ],
        ["第二页的内容从这里开始，粮食总产量达到三万二千吨比上年", "增长百分之三。", "2"],
    ]
    document = read(pdf(tmp_path / "r.pdf", pages))
    assert "增长百分之六点二，财政收入" in document.text
    assert "比上年增长百分之三。" in document.text
    assert "一、工作回顾\n" in document.text
    assert "- 1 -" not in document.text
    assert document.meta["notes"] == ("2 page numbers are left out",)


def test_pdf_lines_are_as_wide_as_their_characters(tmp_path: Path) -> None:
    """Figures take half the room, the first line of a paragraph has less of it, and a number is cut anywhere."""
    lines = [
        "各位代表：",
        "全年实现地区生产总值18.6亿元，增长6.3%；财政收入完成5",
        "120万元，城镇和农村居民人均可支配收入分别达到38650元和GDP",
        "CPI24180元，其中农民人均可支配收入增速高于全县平均水平",
        "2.1个百分点。",
        "主要指标",
        "单位",
    ]
    document = read(pdf(tmp_path / "r.pdf", [lines]))
    assert document.text.split("\n") == [lines[0], f"{lines[1]}{lines[2]} {lines[3]}{lines[4]}", *lines[5:]]


def test_pdf_headings_stand_alone(tmp_path: Path) -> None:
    lines = [
        "（一）坚持稳中求进加快转型，经济运行总体平稳向好",
        *["今年全县地区生产总值完成一十五亿六千万元比上年增长百分之六点" for _ in range(4)],
    ]
    assert read(pdf(tmp_path / "r.pdf", [lines])).text.split("\n")[0] == lines[0]


def test_pdf_without_text_asks_for_recognition(tmp_path: Path) -> None:
    with pytest.raises(BaogaoError, match="no text layer") as caught:
        read(pdf(tmp_path / "scan.pdf", [[], []]))
    assert "ocrmypdf" in str(caught.value.remedy)


def test_a_line_break_in_a_cell_is_no_line(tmp_path: Path) -> None:
    document = docx.Document()
    row = document.add_table(rows=1, cols=2).rows[0]
    row.cells[0].text, row.cells[1].text = "第一\n产业", "5亿元"
    document.save(str(tmp_path / "r.docx"))
    assert read(tmp_path / "r.docx").text.split("\n")[0] == "第一 产业\t5亿元"


def test_pdf_names_its_empty_pages(tmp_path: Path) -> None:
    document = read(pdf(tmp_path / "r.pdf", [[HEAD], [], ["结束。"]]))
    assert document.meta["notes"] == ("pages without a text layer, not read: 2",)


@pytest.mark.parametrize("content", [b"%PDF-1.7 broken", b"nothing", b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer<<>>"])
def test_damaged_pdf(write: Callable[..., Path], content: bytes) -> None:
    with pytest.raises(BaogaoError, match="PDF"):
        read(write("r.pdf", content))


PAGE = f"""<!DOCTYPE html><html><head><title>x</title><style>p {{}}</style></head><body>
<div class="menu"><a href="/">首页首页首页</a><span>网站导航栏目</span></div>
<div><div id="c"><h1>{HEAD}</h1><p>各位代表：</p>
<p>全年<b>地区生产总值</b>15.6亿元，<br>增长6.2%。</p><table><tr><td>粮食</td><td>3.2万吨</td></tr></table>
<p>{"一年来，全镇上下团结一心，各项工作取得新的成效。" * 20}</p></div></div>
<footer>版权所有</footer><script>var a = "脚本";</script></body></html>"""


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_html_keeps_the_main_part(write: Callable[..., Path], encoding: str) -> None:
    document = read(write("r.html", PAGE.encode(encoding)))
    lines = document.text.split("\n")
    assert lines[:5] == [HEAD, "各位代表：", "全年地区生产总值15.6亿元，", "增长6.2%。", "粮食\t3.2万吨"]
    assert "导航" not in document.text
    assert "脚本" not in document.text
    assert document.meta["notes"] == ("16 Chinese characters outside the page's main part are left out",)


def page_lines(write: Callable[..., Path], body: str) -> list[str]:
    return read(write("r.html", f"<html><body>{body}</body></html>")).text.split("\n")


def test_a_row_of_a_table_is_a_line_with_tabs(write: Callable[..., Path]) -> None:
    rows = (
        "<tr><th><p>指标\n名称</p></th><th>2023年<br>计划</th><th>\t完成 </th></tr>"
        "<tr><td></td><td>甲</td><td></td></tr>"
    )
    prose = "全年生产总值增长。" * 20
    lines = page_lines(write, f"<p>{prose}</p><table>{rows}</table>结尾。")
    assert lines == [prose, "指标 名称\t2023年 计划\t完成", "\t甲\t", "结尾。"]


def test_a_table_that_lays_out_a_page_has_no_rows(write: Callable[..., Path]) -> None:
    article = "<p>开头。</p><p>" + "全年生产总值增长。" * 80 + "</p>"
    lines = page_lines(write, f"<table><tr><td>栏目</td><td>{article}</td></tr></table><p>{'结尾。' * 90}</p>")
    assert [line[:3] for line in lines] == ["栏目", "开头。", "全年生", "结尾。"]


def test_what_stands_beside_cells_is_kept(write: Callable[..., Path]) -> None:
    odd = "<tr><td>甲</td>注<td>乙</td></tr>"
    assert set("甲注乙") <= set("".join(page_lines(write, f"<p>{'前文。' * 60}</p><table>{odd}</table>")))


def test_preformatted_text_keeps_its_lines(write: Callable[..., Path]) -> None:
    assert page_lines(write, "<pre>一、回顾\r\n新建<b>公厕\n12座</b>。\n</pre>二、\n打算") == [
        "一、回顾",
        "新建公厕",
        "12座。",
        "二、 打算",
    ]


def test_pages_inside_a_form_and_titles_in_a_header(write: Callable[..., Path]) -> None:
    page = f"<form><article><header><h1>{HEAD}</h1></header><p>{'全年生产总值增长。' * 30}</p></article></form>"
    assert read(write("r.html", page)).text.startswith(HEAD)


def test_a_paragraph_of_ten_megabytes_is_not_cut(write: Callable[..., Path]) -> None:
    page = "<p>开头。</p><p>" + "长" * 3_600_000 + "</p><p>结尾。</p>"
    text = read(write("r.html", page)).text
    assert len(text) == 3_600_000 + 8
    assert text.endswith("结尾。")


def test_nested_text_boxes_are_read_once(tmp_path: Path) -> None:
    path = word(tmp_path / "r.docx")
    inner = "<w:p><w:r><w:t>框</w:t></w:r></w:p>"
    for _ in range(30):
        inner = f"<w:p><w:r><w:pict><w:txbxContent>{inner}</w:txbxContent></w:pict></w:r></w:p>"
    rewrite(path, lambda xml: xml.replace(b"<w:sectPr", inner.encode() + b"<w:sectPr", 1))
    assert read(path).text.count("框") == 1


def test_damaged_and_encrypted_archives(tmp_path: Path) -> None:
    path = word(tmp_path / "r.docx")
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo("word/document.xml").header_offset
    data[start + 60 : start + 160] = b"\xff" * 100
    path.write_bytes(data)
    with pytest.raises(BaogaoError, match="Word document"):
        read(path)


def test_deeply_nested_html_is_refused(write: Callable[..., Path]) -> None:
    with pytest.raises(BaogaoError):
        read(write("r.html", "<div>" * 5000 + "镇" + "</div>" * 5000))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("r.txt", b"", "the file is empty"),
        ("r.txt", b" \n\xe3\x80\x80\n", "holds no text"),
        ("r.xls", b"x", "files ending in '.xls' are not read"),
        ("r.html", b"<html></html>", "holds no text"),
        ("r.txt", bytes(range(256)) * 40, "binary file"),
    ],
)
def test_unreadable_files_say_why(write: Callable[..., Path], name: str, content: bytes, message: str) -> None:
    with pytest.raises(BaogaoError, match=message) as caught:
        read(write(name, content))
    assert caught.value.path is not None
    assert caught.value.remedy


def test_missing_files_and_folders(tmp_path: Path) -> None:
    with pytest.raises(BaogaoError, match="cannot read"):
        read(tmp_path / "none.txt")
    (tmp_path / "folder.txt").mkdir()
    with pytest.raises(BaogaoError, match="a folder"):
        read(tmp_path / "folder.txt")


def test_files_over_the_limit_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "big.txt"
    with path.open("wb") as stream:
        stream.truncate(MAX_BYTES + 1)
    with pytest.raises(BaogaoError, match="more than the limit"):
        read(path)


def test_wrapped_lines_are_noticed(write: Callable[..., Path]) -> None:
    text = f"{HEAD}\n" + f"{BODY}新建公厕12座，改造农村道路3公里，完成投资5000万元，惠及群众1200户。\n" * 25
    assert "notes" not in read(write("r.txt", text)).meta
    table = "\n".join(f"第{i}中心小学新建教学楼工程\t{i}万平方米" for i in range(60))
    assert "notes" not in read(write("t.txt", table)).meta
    wrapped = "\n".join(line[i : i + 20] for line in text.split("\n") for i in range(0, len(line), 20))
    (note,) = read(write("w.txt", wrapped)).meta["notes"]
    assert note == "the lines seem to be wrapped at about 20 characters; no span goes on in the next line"


def test_five_megabytes_are_read(write: Callable[..., Path]) -> None:
    text = (HEAD + "\n" + (BODY + "\n") * 40) * 1700
    assert len(text.encode()) > 5_000_000 * 0.7
    document = read(write("long.txt", text * 2))
    assert document.text == text * 2
    assert document.sections[-1].end == len(document.text)
