"""The plan master as a workbook goes out: empty to fill in, or with a plan in it.

Headings and their order come from :mod:`workbook_tools.plan.master_tables`; here is only what a
person sees besides: widths, hints, drop-downs and the guide 記入要領. Two runs give the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple, TypeAlias

from workbook_tools.cells import Area
from workbook_tools.era import FiscalYear
from workbook_tools.excel.write import paper
from workbook_tools.excel.write.book import Book, Choice, Sheet
from workbook_tools.plan.master_checks import MOST_CRITERIA, MOST_THEMES
from workbook_tools.plan.master_tables import (
    BLOCKS,
    COLUMNS,
    FACTS,
    SHEETS,
    MasterColumn,
    day,
    mark,
    minimum_columns,
    names,
    ordinal,
    score,
    theme_columns,
    whole,
)
from workbook_tools.plan.model import Plan
from workbook_tools.plan.read_master import sample
from workbook_tools.text import MARK

Value: TypeAlias = str | int | date
GUIDE = "記入要領"
_LAST_ROW = 2000  # as far as drop-downs reach
_FIT = paper.MASTER


class Hint(NamedTuple):
    """Width of a column in pixels, and what belongs into it."""

    pixels: int
    text: str


# By table and heading as in COLUMNS; * stands for the columns per theme or criterion.
HINTS: dict[str, dict[str, Hint]] = {
    "計画": {
        "計画名": Hint(0, "様式や一覧の題名に使います。例：行政創革プラン"),
        "団体名": Hint(0, "市区町村などの名前です。例：苫小牧市"),
        "事務局": Hint(0, "様式を配り、集める部署です。例：行政監理室"),
        "審議会名": Hint(0, "評価をする審議会の名前です。空欄なら「審議会」とします。"),
        "開始年度": Hint(0, "計画の最初の年度です。例：R2"),
        "終了年度": Hint(0, "計画の最後の年度です。開始年度から数えて６年目までにできます。例：R6"),
        "評価年度": Hint(0, "今回、進捗を評価する年度です。毎年ここを直します。例：R3"),
        "提出期限": Hint(0, "担当部署が様式を返す期限です。決まっていなければ空欄。例：2022/4/22"),
        "再提出期限": Hint(
            0, "差戻しと督促の文書に書く期限です。空欄なら提出期限を書きます。例：2022/5/13"
        ),
        "有効性評価年度": Hint(
            0, "審議会が有効性を５～１で評価する年度です。複数は「、」で区切ります。例：R3、R6"
        ),
    },
    "テーマ": {
        "№": Hint(60, "テーマの番号です。例：Ⅰ"),
        "略称": Hint(110, "８文字までの短い名前です。取組項目の列見出しになります。例：財政"),
        "テーマ名": Hint(520, "正式な名前です。例：健全な財政運営"),
    },
    "取組項目": {
        "№": Hint(50, "取組項目の番号（大№）です。例：1"),
        "取組項目": Hint(330, "取組項目の名前です。"),
        "*": Hint(
            62, "シート『テーマ』の略称ごとの列です。関係するテーマに○を付けます（１つ以上）。"
        ),
    },
    "実践項目": {
        "小№": Hint(50, "実践項目の番号です。計画全体で通し番号にします。例：1"),
        "大№": Hint(50, "属する取組項目の番号です。シート『取組項目』にあるもの。例：1"),
        "実践項目": Hint(320, "実践項目の名前です。"),
        "シート表記": Hint(90, "様式に名前と違う書き方をするときだけ記入します。例：-"),
        "担当部署": Hint(
            310,
            "シート『部署』にある名前です。複数は「、」で区切り、中心となる部署を先頭に書きます。"
            "２番目からは「各担当部署」とも書けます。",
        ),
        "前プラン継続": Hint(90, "前の計画から続く項目に○を付けます。"),
        "開始年度": Hint(75, "計画の途中で加わった項目だけ、最初の年度を書きます。例：R4"),
        "取組終了": Hint(75, "終わった項目だけ、終わった年度を書きます。例：R3"),
        "再開": Hint(60, "終わった項目を再び行うときだけ、再び始める年度を書きます。例：R5"),
        "旧小№": Hint(
            60,
            "番号を変えた年だけ、前の年度の小№を書きます。名前を変えた年は、同じ番号を書きます。"
            "前の年度までの実績が、この番号の項目から引き継がれます。例：5",
        ),
        "表示番号": Hint(75, "一覧などで小№の代わりに印刷する番号です。例：3-1-①"),
    },
    "部署": {
        "部署": Hint(270, "部署の今の名前です。例：（財）財政課"),
        "旧名称": Hint(
            330,
            "計画の期間中に名前が変わった部署の前の名前です。様式に残っていても同じ部署と認めます。",
        ),
        "連絡先": Hint(330, "担当者の名前やメールアドレスなど。書かなくても構いません。"),
    },
    "評価項目": {
        "評価項目": Hint(85, "自己評価の項目です。６つまで、名前は８文字まで。例：進捗度"),
        "最小": Hint(45, "評点の最小です。例：0"),
        "最大": Hint(45, "評点の最大です。９まで。例：3"),
        "旧名称": Hint(
            110, "計画の期間中に名前が変わった評価項目の前の名前です。実績がつながります。"
        ),
    },
    "総合評価": {
        "総合評価": Hint(70, "評価の段階を、良いものから順に書きます。例：A"),
        "合計下限": Hint(
            70, "この評価に必要な評点の合計です。一番下の段階は最低の合計か空欄にします。"
        ),
        "*": Hint(85, "この評価に必要な、評価項目ごとの最低の評点です。条件がなければ空欄。"),
    },
    "特例": {
        "小№": Hint(60, "特例を認める実践項目の番号です。例：16"),
        "コード": Hint(80, "認める指摘の記号です。確認結果にあるもの。例：S108"),
        "理由": Hint(420, "なぜそのままで正しいかを書きます。確認結果と一覧の注記に出ます。"),
        "承認者": Hint(170, "認めた人です。例：行政監理室長"),
        "期限": Hint(110, "この日まで認めます。決まっていなければ空欄。例：2022/5/31"),
    },
    "訂正": {
        "小№": Hint(60, "訂正する実践項目の番号です。例：16"),
        "欄": Hint(
            150, "訂正する欄です。様式の呼び名か欄の名前で書きます。例：進捗度、進捗度_R3、特記事項"
        ),
        "誤": Hint(230, "読み取られた内容です。読み取った内容と違うときは、訂正しません。"),
        "正": Hint(230, "正しい内容です。電話などで部署に確かめたものを書きます。"),
        "理由": Hint(300, "訂正の理由です。確認結果に出ます。例：部署に電話で確認"),
        "承認者": Hint(150, "訂正を認めた人です。例：行政監理室長"),
        "日付": Hint(100, "確かめた日です。例：2022/4/25"),
    },
    "段階": {
        "名称": Hint(
            150,
            "１年度に何度か評価するときの、回の名前です。様式やファイルの名前に付きます。例：中間",
        ),
        "順": Hint(60, "何番目の回かを書きます。最後の回の結果が、その年度の結果になります。例：1"),
    },
    "委員": {
        "委員番号": Hint(80, "審議会の委員の番号です。評価シートに印刷されます。例：1"),
        "氏名": Hint(240, "委員の名前です。書かなくても構いません。"),
    },
    "説明": {
        "評価項目": Hint(85, "左の表にある評価項目です。この表は書かなくても構いません。"),
        "評点": Hint(45, "説明する評点です。例：3"),
        "説明": Hint(290, "その評点の意味です。書いておくと様式の記入要領に印刷されます。"),
    },
}
# Rows ready to be filled in, at least; and free rows below what is filled.
_ROWS = {
    "テーマ": MOST_THEMES,
    "取組項目": 30,
    "実践項目": 100,
    "部署": 60,
    "評価項目": MOST_CRITERIA,
    "総合評価": 8,
    "説明": 24,
    "特例": 20,
    "訂正": 20,
    "段階": 4,
    "委員": 20,
}
_SPARE = 10
_INTRODUCTION = (
    "このブックには、計画の中身と担当部署、評価の決まりをまとめて書きます。様式も一覧も、すべてここに書いたとおりに作られます。",
    "色の付いた欄に記入してください。シートの名前と１行目の見出しはそのまま使います。列の順を変えたり、右にメモの列を足したりしても構いません。",
    "計画、テーマ、取組項目、部署、実践項目、評価基準の順に書くと、先に書いた内容を一覧から選べます。特例、訂正、段階、委員は必要なときだけ書きます。",
    "年度は R3、Ｒ３、令和３年度、2021 のどの書き方でも、数字は全角でも半角でも読み取ります。",
    "評価基準には、例として４つの評価項目とＡ～Ｄの決まりが入っています。団体の決まりに合わせて直してください。",
    "年度が替わったら、シート『計画』の評価年度と提出期限を直します。部署の名前が変わったら、前の名前を旧名称に残します。",
    "小№を変えた項目には、変えた年だけ旧小№ に前の年度の番号を書きます"
    "（前の年に書いた旧小№ は消します）。実績は旧小№ をたどってつながります。",
    "間違いや書き忘れは、読み込むときにシートとセルの場所を付けて、まとめてお知らせします。",
)


def master(plan: Plan | None) -> bytes:
    """The plan master of a plan; without one, an empty master to fill in.

    The empty one holds the sample's criteria and grades as a start.
    """
    book = Book("計画マスタ")
    _guide(book.sheet(GUIDE), active=plan is None)
    for name in SHEETS:
        sheet = book.sheet(name)
        if name == "計画":
            _facts(sheet, plan)
        elif name == "評価基準":
            _criteria(sheet, plan)
        else:
            columns = _columns(name, plan)
            bottom = _table(sheet, name, columns, _values(name, plan), plan)
            _finish(sheet, len(columns), bottom)
            sheet.filter(Area(0, 0, bottom, len(columns)))
        sheet.view(zoom=110, active=name == "計画" and plan is not None)
    return book.bytes()


# --- what stands in the tables


def _columns(name: str, plan: Plan | None) -> tuple[MasterColumn, ...]:
    rules = plan or sample()
    if name == "取組項目":
        blank = tuple(MasterColumn("", mark) for _ in range(MOST_THEMES))
        return COLUMNS[name] + (theme_columns(t.short for t in plan.themes) if plan else blank)
    if name == "総合評価":
        return COLUMNS[name] + minimum_columns(criterion.name for criterion in rules.criteria)
    return COLUMNS[name]


def _values(name: str, plan: Plan | None) -> list[tuple[Value, ...]]:
    """The rows of one table, in the order of its columns."""
    rules = plan or sample()
    if name == "評価項目":
        return [(c.name, c.minimum, c.maximum, "、".join(c.former_names)) for c in rules.criteria]
    if name == "総合評価":
        return [
            (g.grade, g.least_total, *(g.least_scores.get(c.name, "") for c in rules.criteria))
            for g in rules.grades
        ]
    if name == "説明":  # every score has its row, so that only the words are left to write
        return [(c.name, s, c.meanings.get(s, "")) for c in rules.criteria for s in c.scores]
    if plan is None:
        return []
    if name == "テーマ":
        return [(theme.no, theme.short, theme.name) for theme in plan.themes]
    if name == "取組項目":
        shorts = [theme.short for theme in plan.themes]
        return [
            (item.no, item.name, *(MARK if short in item.themes else "" for short in shorts))
            for item in plan.items
        ]
    if name == "特例":
        return [(w.practice_no, w.code, w.reason, w.approver, w.until or "") for w in plan.waivers]
    if name == "訂正":
        return [
            (c.practice_no, c.field, c.wrong, c.right, c.reason, c.approver, c.day or "")
            for c in plan.corrections
        ]
    if name == "段階":
        return [(stage, place) for place, stage in enumerate(plan.stages, start=1)]
    if name == "委員":
        return [(member.no, member.name) for member in plan.members]
    if name == "部署":
        return [(d.name, "、".join(d.former_names), d.contact) for d in plan.departments]
    return [
        (
            practice.no,
            practice.item_no,
            practice.title,
            practice.sheet_title or "",
            "、".join(practice.departments),
            MARK if practice.continued else "",
            str(practice.first_year or ""),
            str(practice.finished or ""),
            str(practice.reopened or ""),
            practice.former or "",
            practice.label,
        )
        for practice in plan.practices
    ]


def _fact_values(plan: Plan | None) -> tuple[Value, ...]:
    """The values of 計画, in the order of FACTS."""
    if plan is None:
        return ("",) * len(FACTS)
    return (
        plan.name,
        plan.city,
        plan.secretariat,
        plan.council,
        str(plan.years[0]),
        str(plan.years[-1]),
        str(plan.evaluated),
        plan.deadline or "",
        "、".join(map(str, plan.effectiveness_years)),
        plan.resubmission or "",
    )


# --- how it is written


def _hint(name: str, column: MasterColumn) -> Hint:
    hints = HINTS[name]
    return hints[column.heading] if column.heading in hints else hints["*"]


def _style(column: MasterColumn) -> tuple[str, ...]:
    if column.heading in ("総合評価", "コード") or column.read in (whole, ordinal, score, mark):
        return ("box", "input", "center")
    if column.read == day:
        return ("box", "input", "date")
    if column.read == FiscalYear.parse:
        return ("box", "input", "center", "text")
    return ("box", "input", "wrap", "middle", "text")


def _table(
    sheet: Sheet,
    name: str,
    columns: Sequence[MasterColumn],
    rows: Sequence[tuple[Value, ...]],
    plan: Plan | None,
    left: int = 0,
) -> int:
    """Write headings, rows and free rows from column ``left`` on; the number of rows in all."""
    bottom = 1 + max(_ROWS[name], len(rows) + _SPARE if name in SHEETS else len(rows))
    for col, column in enumerate(columns, start=left):
        hint = _hint(name, column)
        sheet.columns(col, col, hint.pixels)
        if column.heading:
            sheet.text(Area(0, col), column.heading, "box", "head", "bold")
        else:  # a theme that will be named on its own sheet
            theme = f"テーマ!{Area(col - len(COLUMNS[name]) + 1, 1).absolute}"
            sheet.formula(Area(0, col), f'=IF({theme}="","",{theme})', "", "box", "head", "bold")
        sheet.comment(Area(0, col), hint.text)
        for row in range(1, bottom):
            value = rows[row - 1][col - left] if row <= len(rows) else ""
            sheet.value(Area(row, col), value, *_style(column))
        if choice := _choice(name, column, plan):
            sheet.choice(Area(1, col, _LAST_ROW), choice)
    for row, values in enumerate(rows, start=1):
        needed = max(
            _FIT.lines(str(value), _hint(name, column).pixels)
            for column, value in zip(columns, values, strict=True)
        )
        if needed > 1:
            sheet.height(row, _FIT.height(needed))
    return bottom


def _choice(name: str, column: MasterColumn, plan: Plan | None) -> Choice | None:
    """The drop-down of a column. Where several names or other spellings may stand, it only asks."""
    heading, hint = column.heading, _hint(name, column).text
    if column.read == mark:
        return Choice((MARK,), error=f"{MARK}を選ぶか、空欄にしてください。")
    if column.read == FiscalYear.parse and plan:
        return Choice(
            list(map(str, plan.years)), heading, hint, "計画期間の年度ですか。", strict=False
        )
    if heading in ("最小", "最大", "評点"):
        return Choice(range(10), heading, hint, "０～９の整数を入れてください。")
    sources = {
        ("実践項目", "大№"): ("取組項目", "A"),
        ("実践項目", "担当部署"): ("部署", "A"),
        ("説明", "評価項目"): ("評価基準", "A"),
    }
    if (name, heading) in sources:
        asked = "一覧にない書き方です。このまま使いますか。"
        return Choice(_filled(*sources[name, heading]), heading, hint, asked, strict=False)
    return Choice((), heading, hint) if column.read in (names, FiscalYear.parse) else None


def _filled(sheet: str, column: str) -> str:
    """A formula for the filled cells below a heading, so that the list grows with the sheet."""
    cells = f"{sheet}!${column}$2:${column}${_LAST_ROW}"
    return f"=OFFSET({sheet}!${column}$2,0,0,MAX(1,COUNTA({cells})),1)"


def _facts(sheet: Sheet, plan: Plan | None) -> None:
    """計画: one row a fact; what to write stands beside it."""
    for col, (heading, pixels) in enumerate((("項目", 130), ("値", 260), ("書き方", 560))):
        sheet.columns(col, col, pixels)
        sheet.text(Area(0, col), heading, "box", "head", "bold")
    sheet.comment(Area(0, 1), "右の書き方を見て、色の付いた欄に記入してください。")
    for row, (column, value) in enumerate(zip(FACTS, _fact_values(plan), strict=True), start=1):
        hint = HINTS["計画"][column.heading]
        sheet.text(Area(row, 0), column.heading, "box", "bold")
        sheet.value(Area(row, 1), value, *(s for s in _style(column) if s != "center"))
        sheet.text(Area(row, 2), hint.text, "box", "quiet")
        sheet.height(row, 21)
        if choice := _choice("計画", column, plan if column.heading == "評価年度" else None):
            sheet.choice(Area(row, 1), choice)
    _finish(sheet, 3, 1 + len(FACTS))


def _criteria(sheet: Sheet, plan: Plan | None) -> None:
    """評価基準: three tables side by side, a narrow blank column between them."""
    left = bottom = 0
    for name in BLOCKS:
        columns = _columns(name, plan)
        below = _table(sheet, name, columns, _values(name, plan), plan, left)
        bottom, left = max(bottom, below), left + len(columns) + 1
        sheet.columns(left - 1, left - 1, 20)
    _finish(sheet, left - 1, bottom)


def _finish(sheet: Sheet, width: int, bottom: int) -> None:
    """Frozen heading row; A4 landscape with the headings on every page."""
    sheet.height(0, 27)
    sheet.freeze(1)
    sheet.select(Area(1, 0))
    sheet.page(
        Area(0, 0, bottom, width),
        landscape=True,
        tall=0,
        footer=paper.NAME_BESIDE_PAGES,
        repeat=(0, 0),
    )


def _guide(sheet: Sheet, *, active: bool) -> None:
    """記入要領: how the master works, then every column with what belongs into it."""
    widths = (90, 170, 70, 680)
    for col, pixels in enumerate(widths):
        sheet.columns(col, col, pixels)
    sheet.text(Area(0, 0), "計画マスタ　記入要領", "big")
    sheet.height(0, 27)
    for row, sentence in enumerate(_INTRODUCTION, start=1):
        sheet.text(Area(row, 0, 1, len(widths)), sentence, "wrap", "middle")
        sheet.height(row, _FIT.height(_FIT.lines(sentence, sum(widths))))
    head = len(_INTRODUCTION) + 2
    for col, heading in enumerate(("シート", "見出し", "空欄", "書くこと")):
        sheet.text(Area(head, col), heading, "box", "head", "bold")
    row = head
    for name in COLUMNS:
        for values in _explained(name):
            row += 1
            for col, value in enumerate(values):
                style = ("center",) if col == 2 else ("wrap", "middle")
                sheet.text(Area(row, col), value, "box", *style)
            sheet.height(row, _FIT.height(_FIT.lines(values[-1], widths[-1])))
    area, heads = Area(0, 0, row + 1, len(widths)), (head, head)
    sheet.page(area, landscape=True, tall=0, footer=paper.NAME_BESIDE_PAGES, repeat=heads)
    sheet.view(zoom=110, active=active)


def _explained(name: str) -> list[tuple[str, str, str, str]]:
    """The rows of the guide on one table: sheet, heading, whether it may stay blank, hint."""
    sheet = name if name in SHEETS else "評価基準"
    several = {"取組項目": "（テーマの略称）", "総合評価": "（評価項目）下限"}
    columns = FACTS if name == "計画" else COLUMNS[name]
    known = {column.heading: column for column in columns}
    return [
        (
            sheet,
            several[name] if heading == "*" else heading,
            "" if heading != "*" and known[heading].filled else "可",
            hint.text,
        )
        for heading, hint in HINTS[name].items()
    ]
