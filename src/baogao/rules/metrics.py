"""Rules for METRIC: the noun phrase beside an amount, found without a segmenter by what cannot be part of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from baogao.rules.amounts import Found

# Words between a metric and its amount, and those in front of one: taken off again and again, longest first.
_LINK: Final = re.compile(
    "(?:(?:已|已经|预计|预期|将|要|共|可|均|就|都|也|再|总共|一共|共计|合计|累计|总计|分别|只|仅|人均|不足|不|未|接近|近|稳定|保持|继续|力争|争取|有望|首次|成功|率先"
    "|全部|年均|平均|达到了?|达|突破了?|超过了?|超|完成|实现了?|为|有|到|至|在|约|过|控制在|维持在|提高到|稳定在|保持在|不低于|不少于|不超过|低于|高于|[了是：—]"
    r"|各|于|由|从|占|跨越|跨过|迈上|跃上|站上|降至|增至|以|等|的|多|以来|是|(?:是)?\d{4}年|连续\d年|十年|五年|相当于|当年|年内|今年|去年|[至最]少|又|快于|好于|高于全?[省国市](?:平均)?|上)+)$"
)
_SCOPE: Final = re.compile(
    "^(?:其中|其余|一批|首批(?!次)|全镇|全市|全县|全省|全区|全国|全州|全乡|我镇|我市|我县|我省|我区|我国|我们|本级|全年|今年|去年|年内|累计|当年|年底|年末|每年|预计|同时|目前|截至|截止|到|至"
    "|五年来|一年来|五年|三年|过去五年|\\d{4}年底?|前三季度|上半年|市县|市本级|县级(?!以上)|共|共计|总共|先后|已|已经|将|再|又|并|仅|还|也|均|使|让|为|把|将|由|在|与|和|及|或"
    "|力争|争取|确保|努力|实现|保持|预期|继续|全力|成功|率先|大力|积极|深入|扎实|全面|加快|持续|圆满|超额|顺利|首批|首次|一是|二是|三是|四是|五是|分别"
    "|[、，。；：—]|的|了|后|中(?![心小央药电欧省西国东部青])|上(?![级市])|通过|等|和|突破|地区(?!生产)|城乡(?!居民|医|基|低)|户)+"
)
_VERBS: Final = (
    "筹措|压采|减轻|拉动|退出|规范|争创|改善|清运|涉及|关闭|释放|攻克|催生|撬动|登记|筹建|创作|报批|入住|入驻|敷设|划定|摸排|铲除|施划|追讨|消除|修剪|整合|购买|慰问|消化|叫停|拿出|完善|举办了|探索|新建成|新改建|改扩建|新建|(?<!城镇)新增|新开工|新签约|新引进|新培育|新认定|新注册|改造|投入|发放|购置|筹集|开展|组织|举办|召开|实现|完成|建设|建成|实施|引进|引入|培育|创建|打造|争取|签约|落地"
    "|落实|整治|清理|拆除|办理|办结|受理|查处|化解|调处|解决|安排|推进|启动|开工|竣工|申报|获批|获评|认定|关停|取缔|修复|修建|铺设|安装|配备|配套|设立|成立|组建|新设|种植|栽植|培训|选派|派出"
    "|救助|资助|帮扶|转移|带动|惠及|覆盖|服务|接待|吸纳|吸引|减免|兑现|下达|争取到|储备|谋划|续建|扩建|改建|升级|提升|优化|淘汰|处置|盘活|流转|征收|收储|出让|供应|提供|拥有|达成|举行"
    "|推出|出台|制定|印发|修订|承办|协办|接收|收集|排查|整改|检查|巡查|抓获|破获|立案|侦破|打掉|缴获|回收|更新|新装|硬化|绿化|疏浚|清淤|加固|治理|恢复|建立|健全|设置|增设|开设|开通|投放|增加"
    "|减少|压减|压缩|发展|扶持|支持|奖励|兑付|拨付|贷款|支付|缴纳|征集|收到|答复|评选|表彰|入选|荣获|获得|获|取得|打通|贯通|通车|投产|建有|设有|入库|纳入|包装|对接|洽谈|招引|引育|新招|招聘|招收|录用"
    "|派驻|组织|动员|参加|受益|解放|节约|腾退|腾出|拆迁|搬迁|安置|分配|发行|到位|储存|生产|出口|销售|加工|运行|开行|推动|促成|促进|推广|开发|举报|公布|公开|审议|审批|下放|取消|承接|调整|精简|清退|清偿"
    "|通过|加大|扩大|增强|巩固|加强|抓好|做好|聚焦|强化|深化|创新|涌现|产生|形成|超过|突破|投用|挂牌|上线|开放|使用|利用|执行|收回|追缴|清收|挽回|降低|免除|补贴|补助|补偿|发现|发出|发布|报送|移交|移送|移民|查封|收缴|销毁|没收"
)
_VERB: Final = re.compile(
    f"(?:{_VERBS})(?:了|出|好|起)?|等(?![级候待])|新晋|诊断|修缮|封堵|检测|栽种|牵头|立项|推行|维修改造|维修|调减|回收|搁置|惠及|申请|转化|遴选|缔结|列入|处理|调解"
)
# Verbs that also stand inside a noun phrase (老旧小区改造面积): cut only at its head.
_KEEP: Final = re.compile(
    "贷款|补贴|补助|生产|销售|出口|服务|加工|发展|利用|使用|治理|创新|就业|投入|建设|改造|搬迁|安置|培训|种植|"
    "绿化|硬化|整治|修复|救助|资助|帮扶|补偿|覆盖|更新|提升|扩建|改建|开发|支持|受益|接待|支付|到位|公开|推广"
)
# Words in which a verb of the list is none.
_SHIELD: Final = re.compile(
    "登记失业|新增就业|直接融资|到位资金|绿化面积|办理时限|帮扶项目|违法占|增加值|生产总值|进出口|服务业|城镇新增|转移支付|转移就业|转移劳动力|审批事项|重点项目|(?:竣工|开工|签约|续建|在建|建成|投产|落地|储备|对接|上市|入库|帮扶|支持|扶持|培训|创建)(?:项目|企业|资金|区|面积|学校|单位|人员)"
    "|参加新|可支配|出口额|出口总|销售额|销售收入|销售总|生产能力|生产性|建设用地|建设投资|建设资金|安置房|安置片|安置区|安置点|服务中心|服务站|服务点|服务机构|服务企|服务设|发展基金|发展用地|贷款余额|参加(?:农村|城|基|养)|服务团"
    "|通车里程|治理面积|治理率|搬迁人口|搬迁群众|补助资金|奖励资金|安置房|改造面积|改造工程|建设工程|建设项目|改造项目|配套设施|创新平台|创新中心|创新载体|加工企业|加工点|恢复重建|接待中心|监测点|培育库|覆盖率|支出|提升工程|提升行动|检查站|检测点|覆盖面"
)
_STOP: Final = re.compile("[，。；：！？、（）《》—]|“(?![^”]*”)|(?<!.)”")
_NOUN_END: Final = re.compile(
    "(?:，|。|；|：|！|？|、|（|）|《|—|的|达|是|数(?=量)|建设(?=[，、。；和]|任务)|为|和|及|以及|等|已|均|将|全部|顺利|建成|投产|完成|开工|竣工|通过|荣?获|纳入|实现|落地|入选|正在|有序|加快|基本|成功|进行|列入|得到|实行|脱贫|签约|投用|全面|分别"
    "|入驻|启用|启动|竞相|相继|陆续|先后|上榜|入围|落户|开展|参加|受益|投入|享受|成为|运行|通车|上线|被|在|与|用于|，|率先|稳步|提前|如期|使|用上|喝上|超|共|新增|占|较|比|每|得|从|向|到|实施|通|贯通|同时)"
)
_COUNT_UNIT: Final = re.compile(
    "[个家户人名项件条座处所宗套场头辆台口眼栋幢株棵起只种部列对份张支期组块艘架间盏例册部位多余万亿只次][左右以上多余]*$"
)
_ACTION: Final = re.compile("次$|次(?:以上|左右)$")
_LIGHT: Final = re.compile("开展|组织|举办|召开|完成|实现|新增|实施|建设|建成|举行")


_SHARE: Final = re.compile("占(?!.*(?:比重|占比|比例)).*$")
_WORD: Final = re.compile("(?![一二三四五六七八九十]+$).*[\u4e00-\u9fffA-Za-z]")
_NOUN: Final = re.compile("[\u4e00-\u9fffA-Z“0-9]")
_MEMBER: Final = re.compile("[^、和]+")


def metrics(text: str, amounts: Sequence[Found]) -> Iterator[Found]:
    """The metric of each VALUE and CHANGE of a paragraph, where its clause names one. ``amounts`` are in order."""
    low = 0  # where the phrase may begin: behind the amount and the metric before it
    for k, amount in enumerate(amounts):
        following = amounts[k + 1].start if k + 1 < len(amounts) else len(text)
        left = _left(text, low, amount)
        right = _right(text, amount, following) if amount.label == "VALUE" else None
        chosen = _choose(text, amount, left, right)
        begin, low = low, amount.end
        if chosen is not None:
            low = max(amount.end, chosen.end)
            if chosen.end <= amount.start and "分别" in text[chosen.end : amount.start + 2]:
                yield from _members(text, begin, chosen)
            else:
                yield chosen


def _choose(text: str, amount: Found, left: tuple[Found, bool] | None, right: Found | None) -> Found | None:
    """The left phrase or the right one: a noun on the left wins, but for counts a noun that follows at once."""
    if left is None:
        return right
    phrase, is_verb = left
    if right is not None and (is_verb or _COUNT_UNIT.search(text[amount.start : amount.end])):
        return right
    return phrase


def _left(text: str, low: int, amount: Found) -> tuple[Found, bool] | None:
    """The noun phrase before an amount, or the verb where there is none (then True)."""
    start, end = low, amount.start
    for stop in _STOP.finditer(text, low, end):
        start = stop.end()
    share = _SHARE.search(text[start:end])
    if share and amount.label == "VALUE":  # 占X的6% measures what stands before 占
        end = start + share.start()
    link = _LINK.search(text[start:end])
    if link:
        end = start + link.start()
    counts_acts = bool(_ACTION.search(text[amount.start : amount.end]))
    start, verb = _behind_verbs(text, start, end, counts_acts)
    scope = _SCOPE.match(text[start:end])
    if scope and scope.end() < end - start:
        start += scope.end()
    while end > start and text[end - 1] in "和及与":
        end -= 1
    surface = text[start:end]
    if len(surface) < 2 or not _WORD.search(surface):
        return None
    is_verb = verb == (start, end) and not (link and "完成" in link[0])
    return Found(start, end, "METRIC"), is_verb


def _behind_verbs(text: str, start: int, end: int, counts_acts: bool) -> tuple[int, tuple[int, int] | None]:
    """Where the noun phrase begins behind the verbs of [start, end), and the verb at the very end, if one is there.

    Where acts are counted (巡河433次), the verb belongs to the metric unless it is a light one.
    """
    shielded = [m.span() for m in _SHIELD.finditer(text, start, end)]
    last = None
    for verb in _VERB.finditer(text, start, end):
        if any(a < verb.end() and verb.start() < b for a, b in shielded):
            continue
        if verb.end() >= end - 1:
            last = verb.span()
        elif verb.start() <= start + 1 or not _KEEP.fullmatch(verb[0]):
            start = verb.start() if counts_acts and not _LIGHT.fullmatch(verb[0]) else verb.end()
    return start, last


def _right(text: str, amount: Found, following: int) -> Found | None:
    """The noun phrase that follows a value at once, or after 的."""
    start = amount.end + (text[amount.end : amount.end + 1] == "的")
    if not _NOUN.match(text, start):
        return None
    closing = text.find("”", start) + 1 if text[start] == "“" else start
    stop = _NOUN_END.search(text, closing, following)
    end = stop.start() if stop else following
    verb = _VERB.match(text, start)
    if verb and end - verb.end() >= 2 and text[verb.end()] != "的":
        start = verb.end()
    return Found(start, end, "METRIC") if 1 <= end - start <= 24 and text[start] not in "的、和及以" else None


def _members(text: str, low: int, last: Found) -> Iterator[Found]:
    """The members of a coordination whose amounts follow 分别: each is a metric (甲、乙和丙产值分别增长…)."""
    clause = max(text.rfind(stop, 0, last.start) for stop in "，。；：") + 1
    clause = max(clause, low)
    for piece in _MEMBER.finditer(text, clause, last.end):
        first, end = piece.span()
        scope = _SCOPE.match(piece[0])
        if scope and scope.end() < end - first:
            first += scope.end()
        if end - first >= 2 and not any(char.isdigit() for char in piece[0]):
            yield Found(first, end, "METRIC")
