"""Rules for PROGRAM and SLOGAN: quotes, head nouns and closed lists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from baogao.rules.amounts import Found

_HAN: Final = "[\u4e00-\u9fff]"
# Heads behind a closing quote, with what may stand between (“…”主题教育), and heads of names without quotes.
_PROGRAM_HEAD: Final = re.compile(
    f"(?:(?!的|等|和|及|是|在|为|以|与|[一二三四五六七八九十两]大|有关){_HAN}){{0,6}}?"
    "(?:工程|行动|计划|规划|项目|专项|战略|活动|改革|试点|攻坚战|斗争|制度|机制|模式|体系|方案|学习教育|教育|平台|保卫战|会战|革命)(?:(?<=专项)(?:行动|斗争))?"
)
_SLOGAN_HEAD: Final = re.compile(
    f"(?:(?!的|等|和|及){_HAN}){{0,4}}?(?:思想|理念|思路|原则|目标|意识|方针|方略|总基调|定位|策略|路径)(?!政治)"
)
_QUOTED: Final = re.compile("“([^“”]{1,40})”")
_NUMERIC: Final = re.compile("[一二三四五六七八九十百千万两双多\\d]")
_PARALLEL: Final = re.compile("[、，；]")
_UPHELD: Final = re.compile(
    "(?:坚持|增强|坚定|做到|践行|树立|树牢|牢记|坚决|落实|拥护|捍卫|贯彻|恪守|秉持|围绕|弘扬|发扬|领悟|遵循|筑牢|统筹推进|协调推进|紧扣|锚定|实现|按照|扛起|理解|履行|高举|衷心)(?:好|了|“[^”]*”|[、和，落实践行做到坚持增强坚定拥护衷心]){0,8}$"
)
_NOT_NAMED: Final = re.compile(
    "^(?:一张网|放心|头雁|瓶颈|短板|零.*|[一二三四五六七八九十]年|十[一二三四五]五|.{1,2}|老大难|三农|四风|三公|黑恶势力|小巨人|专精特新|五保|低保|新农合|.*名片|.*之[乡都城家]|一把手|两院|四上|规上|.*第一|.*不放松|互联网|.*主义|瞪羚|独角兽|.*高地|三品一标)$"
)
_MEETING: Final = re.compile(
    "^.{0,3}(?:精神|会议|讲话|奖|称号|荣誉|企业|机构|群众|人员|干部|人口|产品|问题|时期|期间|收官|开局|末)"
)

_SLOGANS: Final = (
    "习近平新时代中国特色社会主义思想|邓小平理论|“三个代表”重要思想|科学发展观|马克思列宁主义|马克思主义|毛泽东思想|四项基本原则|四个现代化|一国两制|和平共处五项原则|总体国家安全观|新发展理念|“?六稳”?"
    "|“?六保”?|“?四个意识”?|“?四个自信”?|“?两个维护”?|“?两个确立”?|“?两个一百年”?(?:奋斗目标)?|“?两不愁、?三保障”?|“?三重一大”?|“?一岗双责”?|“?党政同责”?|全面从严治党|全面建成小康社会|全面建设社会主义现代化国家"
    "|中国式现代化|稳中求进工作总基调|“?稳中求进”?|以人为本|以人民为中心|两手抓、两不误|党管武装|应保尽保|共建共治共享|“?四个不摘”?|中华民族共同体意识|“?绿水青山就是金山银山”?(?:发展)?(?:理念)?|社会主义核心价值观"
    "|人民至上、生命至上|农业农村优先发展|大食物观|人类命运共同体|以经济建设为中心|“?两个毫不动摇”?|“?三保”?(?!障)|“?三保障”|“五位一体”|“四个全面”|稳就业、稳企业、稳市场、稳预期|人民城市理念|“?四下基层”?|党的基本路线|习近平生态文明思想|党的宗教工作基本方针|生态优先、绿色发展|习近平(?:强军|法治|经济|文化|外交)思想|共建、共治、共享|保增长、(?:[\u4e00-\u9fff]{3}、?)+|(?<![\u4e00-\u9fff])(?:稳[\u4e00-\u9fff]{2}、){1,}(?:[\u4e00-\u9fff]{3}、)*[\u4e00-\u9fff]{3}(?=[，。；的])"
    "|(?:宜居宜业)?和美乡村|(?:平安|美丽|和美|绿美|法治|数字|健康|幸福|文明|清廉)(?!城市|建设|乡镇|单位|村镇|社区|政府|乡风|发展|养老|经济|产业|县城|家园|理念|街区|海湾|细胞|成长|工程|指数|管理|生活|教育|意识|素养|体检|档案|服务|产品|医疗|旅游|实践|程度|行业|祭|习惯|新风|交通|施工|生产|安全|思维|精神|宣传|文化|基础|化|技术|贸易|赋能|孪生|集群|底座|资源|要素|创意|平台|保障|监督|轨道|环境|田园|风景|经济|事业|运行|可|稳|城乡|专区|廊道|消费|扶贫|投资|农业|农村|生态|创建|养|水平|食品|示范)(?:中国|乡村|新农村|圩镇|村居|校园|家庭|庭院|[\u4e00-\u9fff]{2}(?=建设|创建|[，。、；”]))"
)
_PROGRAMS: Final = (
    "“?百千万工程”?|三清三拆三整治|“?一村一品”?|“?一镇一业”?|“?一县一园”?|平安夜访|“?河长制”?|“?林长制”?|田长制|门前三包|“?四好农村路”?|“?积分制”?|“?互联网\\+政务服务”?|“?枫桥经验”?|“?四早”?|“?两新”?|双拥|双反|“?四种形态”?"
    "|五议五公开|1310|一镇一广场|“?十[一二三四五]五”?规划|退耕还林(?:还草)?|(?:消费品)?以旧换新|山海协作|送戏下乡|京津冀协同发展|“?一带一路”?|东西部(?:扶贫)?协作|西部大开发|长三角一体化发展|东北全面振兴|中部地区崛起|中部崛起"
    "|定点帮扶|“?两重”?|“?三区三线”?|“?揭榜挂帅”?|“?三去一降一补”?|“双减”|民主集中制|安全生产责任制|城市更新行动|三大攻坚战|蓝天、碧水、净土保卫战|[蓝碧净][天水土]保卫战|“?大众创业、?万众创新”?"
    "|扫黑除恶(?:专项)?斗争|反腐败斗争|人大代表票决制|首问负责制|限时办结制"
)
_LISTED: Final = re.compile(f"(?P<SLOGAN>{_SLOGANS})|(?P<PROGRAM>{_PROGRAMS})")
_HEAD: Final = re.compile(
    "(?:集体林权制度改革|制度改革|体制改革|专项整治行动|专项行动|专项斗争|改革试点|攻坚行动|攻坚战|保卫战|战略规划|发展规划|(?:重大|重点|建设|改造|扩建|惠民)?(?:工程|项目)|三年行动|行动计划|三年行动计划|行动方案|行动|改革|试点|战略|计划|规划|制度|责任制|教育实践活动|学习教育|[长田]制)"
    "(?!计划|方案|规划|机制|攻坚|建设方案|建设计划|书|局|部门|委|体系|性|派|开放|资金|化|者|力|上|中|创新|任务|指南|审批|办|落地率|者|组|队|库|投资|用地|单位|个|数)"
)
_BREAK: Final = re.compile(
    "[，。；：！？、“”（）《》—]|(?:实施|推进|开展|深化|落实|完成|加快|推动|抓好|建立|启动|打好|完善|打赢|推行|实行|健全|构建|执行|编制|制定|出台|探索|贯彻|加强|强化|组织|进行|通过|围绕|聚焦|支持|参与|做好|坚持|争取|谋划|引进|续建|开工|竣工"
    "|创新(?!驱动|平台|能力|型)|扩大(?!开放)|巩固(?!提升)|持续|深入|全面|扎实|大力|积极|统筹|稳步|纵深|有序|继续|稳妥|协同|配合|承接|承担|列入|纳入|入选|获批|建成|修订|发布|提出|严格|优化|拓展|全力|启用|改善|投入|新建|扩建的|了|的|以|和|与|及|等|为|是|把|将|对|在|由|各项|一批|一系列|\\d+(?:项|个|大)|新一轮|首批|第[一二三四五]轮|国家级?(?!安|公)|全国|全省|全市|全县|省级|市级|加强|我市|我县|我省|举行|举办|坚定不移|布局|更好|发挥|延续|聘请|今年|落实)"
)
_GENERIC: Final = re.compile(
    "(?:重点|重大|各|帮扶|这些|该|新|大|多|好|相关|有关|本|上述|主要|一些|在建|续建|储备|民生|产业|工业|投资|基础设施|关键|此|落实|工作|领域|攻坚|配套|子|长效|合作|管理|监督|惠民|政策|责任|体制|规章|服务|谋划|招商|建设|科技|农业|创新|全面|总体|综合|年度|长期|发展|整体|实施|示范|专项|亿元|规模|签约|意向|外资|入库|开工|政府|保障|联动|协调|运行|治理|工作|考核|激励|约束|评价|应急|体系|社会|经济|市场|行政|财政|税收|国家|管理|内部|安全|法律|教育|医疗|科学|军事|城市|农村|乡村)$"
)
_VAGUE: Final = re.compile(
    "重点|重大|省市|各|这|其他|更多|一部分|[一二三四五六七八九十]大|标志性|生产性|非生产|社会主义|社会投资|前期|随着|随|今年|关于|确保|占|在建|许多|亿元|明确|高水平|高质量|总体|整体|此|过去|长期|我国|基本|补"
)
# What is upheld and called a principle, with its head where that follows at once, or a chain of parallel parts.
_FORMULA: Final = re.compile(
    "(?:坚持|贯彻|奉行|遵循|秉持|践行|坚守|树立|高举|统筹推进|统筹做好|着力|突出|做到)(?:了|好|以)?(?P<name>"
    "[^，。；、“”的以把和]{3,14}(?:原则|方针|理念|总基调|思路)(?=[，。；、和]|$)"
    "|[^，。；“”的把]{4,26}(?=的(?:[\u4e00-\u9fff]{0,4})(?:原则|方针|理念|旗帜|思路|工作主线))"
    "|(?:[\u4e00-\u9fff]{3}、){2,}[\u4e00-\u9fff]{3}(?![\u4e00-\u9fff]{3,})"
    "|(?:[\u4e00-\u9fff]{4}、){1,}[\u4e00-\u9fff]{4}(?=[，。；]))"
)
# A、B等项目 gives its head to each; works that are being built or opened need none.
_AND_OTHERS: Final = re.compile(
    "([^，。；“”]{3,150}?)等(?:一批|一大批)?(?:\\d+个|\\d+项|[一二三四五六七八九十]+[个项大])?(?:重点|重大|亿元|大|骨干|优质|省级|大型|新|产业|专项|标志性|[0-9亿元以上])*(?:项目|工程|行动|改革|试点|战略)"
)
_WORKS: Final = "(?:大桥|高速|铁路|高铁|城际|公园|产业园|科技园|物流园|工业园|园区|医院|学校|学院|中心|基地|电站|电厂|水厂|污水处理厂|机场|码头|水库|博物馆|体育馆|图书馆|广场|枢纽|大道|公路|隧道|专线|客专|综合体|小镇|度假区|试验区|示范区|新区|新城|航站楼|管线|灌区|水利枢纽|小学|中学|产线|生产线|变电站|互通|[一二三四]期|改造|扩建|实验室)"
_BUILT: Final = re.compile(
    f"([^，。；“”]{{3,120}}?{_WORKS})(?=(?:等)?(?:全面|主体|正式|顺利|建成|开工|竣工|投产|通车|投用|投入|试运|开馆|开放|封顶|合龙|合拢|开通|动工|加快建设|建设(?:进展|加快|有序|顺利|全面)|投运|启用|开业|开园|完工|运营|贯通|落成|奠基|签约落地|揭牌运))"
)
_LEAD: Final = re.compile("(?:建成|实施|推进|启动|加快|开工建设|建设(?=[\u4e00-\u9fff]{4}))")


def _members(text: str, match: re.Match[str]) -> Iterator[Found]:
    """The members of an enumeration of works or programmes: each is named by itself."""
    start, stop = match.span(1)
    for comma in re.finditer("[：！？—]|、(?=[^、]*(?:建成|实施|推进|启动|加快|完成|开工))", text[start:stop]):
        start = match.start(1) + comma.end()
    for number, piece in enumerate(re.finditer("[^、]+", text[start:stop])):
        first, last = start + piece.start(), start + piece.end()
        for pattern in (_BREAK, _LEAD) if number == 0 else (_LEAD,):
            for verb in pattern.finditer(text, first, last):
                if verb.end() < last - 2:
                    first = verb.end()
        if last - first >= 3 and not _GENERIC.fullmatch(text[first:last]):
            yield Found(first, last, "PROGRAM")


def names(text: str) -> Iterator[Found]:
    """PROGRAM and SLOGAN candidates of a paragraph, in order of precedence; they may overlap."""
    for match in _QUOTED.finditer(text):
        yield from _of_quotes(text, match)
    for match in _LISTED.finditer(text):
        if match.lastgroup and not _unpaired(match[0]) and not _MEETING.match(text[match.end() : match.end() + 3]):
            yield Found(match.start(), match.end(), match.lastgroup)
    for match in _FORMULA.finditer(text):
        yield Found(*match.span("name"), "SLOGAN")
    for match in _AND_OTHERS.finditer(text):
        yield from _members(text, match)
    for match in _BUILT.finditer(text):
        yield from _members(text, match)
    for match in _HEAD.finditer(text):
        found = _of_head(text, match)
        if found:
            yield found


def _unpaired(surface: str) -> bool:
    return surface.count("“") != surface.count("”")


def _of_quotes(text: str, match: re.Match[str]) -> Iterator[Found]:
    """What a pair of quotes names: its head decides, then the closed lists, then the verb before it."""
    start, end = match.span()
    inner = match[1]
    slogan = _SLOGAN_HEAD.match(text, end)
    program = _PROGRAM_HEAD.match(text, end)
    if slogan and (not program or slogan.end() <= program.end()):
        yield Found(start, slogan.end(), "SLOGAN")
        return
    listed = _LISTED.fullmatch(inner) or _LISTED.fullmatch(match[0])
    if program and not _PARALLEL.search(text[end : program.end()]):
        yield Found(start, program.end(), "PROGRAM")
        return
    if listed and listed.lastgroup:
        yield Found(start, end, listed.lastgroup)
        return
    before = text[max(0, start - 14) : start]
    if _NOT_NAMED.match(inner) or _MEETING.match(text[end : end + 4]):
        return
    if re.search("(?:工程|行动|计划|规划|项目|改革|试点|活动|机制|制|平台|模式)$", inner):
        yield Found(start, end, "PROGRAM")
    elif _PARALLEL.search(inner):
        yield Found(start, end, "SLOGAN")
    elif _NUMERIC.search(inner) and len(inner) > 2 and not re.fullmatch(r"\d{5,}", inner):
        upheld = _UPHELD.search(before) and inner[0] in "一二三四五六七八九十两"
        yield Found(start, end, "SLOGAN" if upheld else "PROGRAM")
    elif len(inner) > 3 and re.search("(?:实施|开展|推行|推进|启动|推广|推动|深化)$", before):
        yield Found(start, end, "PROGRAM")


def _of_head(text: str, match: re.Match[str]) -> Found | None:
    """A name without quotes: a specific modifier and a head noun."""
    begin = max(0, match.start() - 26)
    start = begin
    for stop in _BREAK.finditer(text, begin, match.start()):
        start = stop.end()
    modifier = text[start : match.start()]
    if len(modifier) < 2 or _GENERIC.fullmatch(modifier) or text[start - 1 : start] == "”":
        return None
    if match[0][-2:] in ("项目", "工程", "规划", "计划", "制度") and (len(modifier) < 4 or _VAGUE.match(modifier)):
        return None
    return Found(start, match.end(), "PROGRAM")
