"""Findings: what is wrong, where, and what to write instead; and the exceptions of the tool.

A finding is a value. Its wording comes from :data:`CATALOGUE` alone, and a fact missing from a
message raises KeyError, so that no half sentence ever reaches a department.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding weighs: an error sends the workbook back."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def word(self) -> str:
        """What people read."""
        return _WORDS[self]


_WORDS = {Severity.ERROR: "誤り", Severity.WARNING: "注意", Severity.INFO: "情報"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands. ``cell`` is A1 notation, or None where there is no cell."""

    file: str
    sheet: str | None = None
    cell: str | None = None
    field: str | None = None
    item_no: int | None = None
    department: str | None = None

    def at(self, sheet: str, cell: str, field: str | None = None) -> Place:
        """The same file, another cell."""
        return replace(self, sheet=sheet, cell=cell, field=field)

    @property
    def spot(self) -> str:
        """``進捗状況シート①のF23``, as far as there are sheet and cell."""
        return "の".join(part for part in (self.sheet, self.cell) if part)

    def __str__(self) -> str:
        return f"{self.file}　{self.spot}" if self.spot else self.file


@dataclass(frozen=True, slots=True)
class Wording:
    """One entry of the catalogue: severity, sentence and hint with named gaps."""

    severity: Severity
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found, worded for the person who filled the cell in."""

    code: str
    severity: Severity
    place: Place
    value: str | None
    message: str
    hint: str

    @property
    def sentence(self) -> str:
        """Spot, message and hint, for where the file is already named."""
        spot = f"{self.place.spot}：" if self.place.spot else ""
        return f"{spot}{self.message}{self.hint}"

    def __str__(self) -> str:
        return f"{self.place}：{self.message}{self.hint}"


_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFO

CATALOGUE: dict[str, Wording] = {
    # The plan master; the codes of the progress sheets follow the contract.
    "M101": Wording(_E, "シート『{sheet}』がありません。", "シートの名前を元に戻してください。"),
    "M102": Wording(_E, "見出し『{heading}』がありません。", "{where}に書いてください。"),
    "M103": Wording(_E, "{what}が空欄です。", "記入してください。"),
    "M104": Wording(_E, "{what}が『{value}』です。", "{expected}を入れてください。"),
    "M105": Wording(_E, "{what}『{value}』が２回あります。", "どちらかを直すか消してください。"),
    "M106": Wording(
        _E,
        "{what}『{value}』がシート『{sheet}』にありません。",
        "{suggestion}同じ表記に直すか、シート『{sheet}』に書き足してください。",
    ),
    "M107": Wording(
        _E, "№{value}の取組項目のテーマに○がありません。", "１つ以上のテーマに○を入れてください。"
    ),
    "M108": Wording(
        _E, "担当部署の先頭が『{value}』です。", "中心となる部署の名前を先頭に書いてください。"
    ),
    "M109": Wording(
        _E, "{what}『{value}』が{other}『{limit}』より前です。", "どちらかの年度を直してください。"
    ),
    "M110": Wording(
        _E, "{what}『{value}』が計画期間の外です。", "{first}～{last}の年度を入れてください。"
    ),
    "M111": Wording(
        _E,
        "計画期間が{count}年あります。",
        "進捗状況シートに入るのは{most}年まで（１年に３行、番号は①～⑱）です。"
        "開始年度か終了年度を直してください。",
    ),
    "M112": Wording(
        _E,
        "{what}『{value}』が{other}『{limit}』より小さくなっています。",
        "どちらかを直してください。",
    ),
    "M113": Wording(_E, "{what}が{count}件あります。", "{most}件までにしてください。"),
    "M114": Wording(_E, "{what}が１件もありません。", "見出しの下に記入してください。"),
    "M115": Wording(
        _E,
        "{what}『{value}』は使えません。",
        "{most}文字までの文字・数字・下線（_）で書き、空白や記号、{taken}は避けてください。",
    ),
    "M116": Wording(
        _E,
        "{what}『{value}』が上の行の『{limit}』より小さくありません。",
        "上から下へ小さくなるように書いてください。",
    ),
    "M117": Wording(
        _E, "{what}『{value}』が合計の最高点『{limit}』を超えています。", "届く点に直してください。"
    ),
    "M118": Wording(
        _E,
        "一番下の総合評価の{what}が『{value}』で、どの評価にもならない点があります。",
        "合計下限は{limit}以下か空欄、評価項目の下限は空欄にしてください。",
    ),
    "M119": Wording(
        _E,
        "{what}『{value}』が{other}『{limit}』と同じ年度です。",
        "取組終了より後の年度にするか、空欄にしてください。",
    ),
    # What the plan master says of practices that have a history (contract, "A changed practice").
    "M201": Wording(
        _E,
        "小№{number}の実践項目が『{title}』ですが、{year}年度の小№{then}は『{was}』です。",
        "{suggestion}旧小№ を書くか、新しい番号を付けてください。",
    ),
    "M202": Wording(
        _E,
        "小№{number}の実践項目『{title}』は、{year}年度の小№{other}『{was}』と同じです。",
        "{suggestion}旧小№ を書くか、新しい番号を付けてください。",
    ),
    "M203": Wording(
        _E,
        "小№{number}の旧小№が『{value}』ですが、前の年度までの計画に小№{value}はありません。",
        "前の年度の小№に直すか、空欄にしてください。",
    ),
    "M204": Wording(
        _E,
        "実績のある小№{number}『{title}』（{years}）が計画にありません。",
        "行を戻し、終わったのなら取組終了に年度を書いてください。"
        "番号を変えたのなら、新しい行の旧小№ に『{number}』と書いてください。",
    ),
    "M205": Wording(
        _E,
        "小№{number}は{year}年度に終わっていますが、{what}が{shown}です。",
        "再び行うのなら再開に年度を、そうでなければ取組終了に『{year}』を書いてください。",
    ),
    "M206": Wording(
        _E,
        "小№{number}の再開が『{value}』ですが、その前の取組終了が分かりません。",
        "取組終了に終わった年度を書くか、再開を空欄にしてください。",
    ),
    # A past year's list (import-history); an error is not taken, a warning is.
    "H201": Wording(
        _E, "小№が『{value}』です。", "数字で入れてください。この行は取り込んでいません。"
    ),
    "H202": Wording(
        _E,
        "小№{number}（{title}）は計画マスタにありません。",
        "小№を直すか、計画マスタの実践項目に加えてください。この行は取り込んでいません。",
    ),
    "H203": Wording(
        _E,
        "小№{number}が２回あります（１回目は{first}）。",
        "どちらかを消すか小№を直してください。この行は取り込んでいません。",
    ),
    "H204": Wording(
        _E,
        "小№{number}の行に、小№{other}の実践項目『{value}』が書かれています。",
        "小№か実践項目を直してください。この行は取り込んでいません。",
    ),
    "H205": Wording(
        _W,
        "小№{number}の実践項目が『{value}』です。計画マスタでは『{title}』です。",
        "同じ取組か確かめてください。",
    ),
    "H206": Wording(
        _W,
        "小№{number}の実践項目が『{value}』です。計画マスタでは『{title}』です。",
        "小№{other}『{near}』の行でないか確かめてください。",
    ),
    "H207": Wording(
        _E,
        "{criterion}が『{value}』です。",
        "{least}～{most}の整数を入れてください。この行の評点は取り込んでいません。",
    ),
    "H208": Wording(
        _E,
        "評点が一部しか入っていません（空欄：{blank}）。",
        "すべて入れるか、すべて『－』にしてください。この行の評点は取り込んでいません。",
    ),
    "H209": Wording(
        _W,
        "合計が『{value}』ですが、評点を足すと{total}です。",
        "評点を取り込みました。どちらが正しいか確かめてください。",
    ),
    "H210": Wording(
        _W,
        "総合評価が『{value}』ですが、評点からは{grade}になります。",
        "『{value}』のまま取り込みました。どちらが正しいか確かめてください。",
    ),
    "H211": Wording(
        _E,
        "総合評価が『{value}』です。",
        "{grades}のどれかを入れてください。この行の総合評価は取り込んでいません。",
    ),
    "H212": Wording(
        _W, "評点があるのに総合評価が空欄です。", "総合評価を入れるか、『－』にしてください。"
    ),
    "H213": Wording(
        _E,
        "取組終了が『{value}』です。",
        "『{example}』のように年度を入れるか空欄にしてください。取組終了は取り込んでいません。",
    ),
    "H214": Wording(
        _E,
        "取組終了が『{value}』ですが、{first}～{last}の年度ではありません。",
        "年度を直してください。取組終了は取り込んでいません。",
    ),
    "H215": Wording(
        _W,
        "計画マスタにある実践項目のうち、一覧にないものが{count}件あります（小№{numbers}）。",
        "行が抜けていないか確かめてください。",
    ),
    # The progress sheets (contract, "Findings"): files and headers.
    "F001": Wording(
        _E,
        "{reason}。",
        "進捗状況シートがＥｘｃｅｌで開けるか確かめ、Ｅｘｃｅｌのまま保存し直して返してください。",
    ),
    "F002": Wording(
        _E,
        "パスワードで保護されていて開けません。",
        "パスワードを外して保存し直すか、パスワードを事務局に伝えてください。",
    ),
    "F003": Wording(
        _E, "進捗状況シートが見当たりません。", "配布されたファイルに記入して提出してください。"
    ),
    "F004": Wording(_I, "{reason}。", "確認の対象ではないため、読み飛ばしました。"),
    "F005": Wording(
        _W,
        "マクロが含まれています。",
        "マクロは実行していません。次からはマクロのない形式（.xlsx）で保存してください。",
    ),
    "F006": Wording(
        _W,
        "ほかのファイルへのリンクが含まれています。",
        "リンク先は見ていません。必要な内容は、値として貼り付けてください。",
    ),
    "F007": Wording(
        _E, "{reason}。", "配布されたファイルに記入し直すか、余分なシートやデータを消してください。"
    ),
    "F008": Wording(
        _W,
        "№{number}のシートが、違う内容で２つ以上提出されています（{files}）。",
        "受理したうち最も新しいもの（いまは{counts}）を使います。"
        "古いシートがまぎれていないか確かめてください。",
    ),
    "F009": Wording(
        _W,
        "記入内容が、№{other}のシート（{file}）とすべて同じです。",
        "別の実践項目のシートを写していないか確かめてください。",
    ),
    "F010": Wording(
        _W,
        "様式版が『{value}』で、いまの『{expected}』より古い様式です。",
        "内容は読み取りました。次からは新しい様式に記入してください。",
    ),
    "F011": Wording(
        _E,
        "確認時期が{shown}で、今回の{expected}のシートではありません。",
        "今回配布されたシートに記入してください。",
    ),
    "F012": Wording(
        _E,
        "実践項目の番号が{shown}で、計画にある番号ではありません。",
        "配布されたシートの番号に戻してください。",
    ),
    "F013": Wording(
        _W,
        "{title}が『{value}』です。計画では『{expected}』です。",
        "{suggestion}別の実践項目のシートに書いていないか確かめてください。",
    ),
    "F014": Wording(
        _E,
        "{title}が、配布したときの『{before}』から{shown}に変わっています。",
        "過去の年度の内容は変えられません。元に戻してください。",
    ),
    # How a form was read: what stands on the paper, and what does not fit.
    "F015": Wording(
        _W,
        "{title}のセルが配布したときから動いています。紙の上の位置にある『{value}』を読み取りました"
        "（動いたセルの内容は『{was}』）。",
        "見出しのとおりの欄に書かれているか確かめてください。",
    ),
    "F016": Wording(
        _E,
        "{title}がどのセルか決められません（『{value}』と『{was}』）。",
        "見出しと欄の並びを配布したときの形に戻し、書き直してください。",
    ),
    "F017": Wording(
        _W,
        "欄の外に{what}がありますが、どの欄にも読み込まれません。{more}",
        "必要な内容なら、欄の中に書いてください。",
    ),
    "F018": Wording(
        _W,
        "{title}に、取り消し線で消された『{value}』があります。消された部分は読み取っていません。",
        "残した文だけで意味が通るか確かめてください。",
    ),
    "F019": Wording(
        _W,
        "{title}のセルの中身は『{value}』ですが、{seen}。",
        "見えているとおりの内容を、文字や数字で入れ直してください。",
    ),
    "F020": Wording(
        _W, "{what}", "別の実践項目のシートに書いたり、番号を変えたりしていないか確かめてください。"
    ),
    "F021": Wording(
        _W,
        "{year}年度に受け取ったものと同じ内容のファイルです。",
        "今回のシートを提出してください。",
    ),
    "F022": Wording(
        _E,
        "このシートは{expected}として配布されたものですが、番号が{shown}になっています。",
        "番号を元に戻すか、その実践項目に配布されたシートに書いてください。",
    ),
    "F023": Wording(
        _E,
        "{title}の欄が見つかりません（見出しも、セルの名前もありません）。",
        "配布されたシートに書き写して提出してください。",
    ),
    "F024": Wording(
        _E,
        "シート②（番号：{number}）に合う番号のシート①が、このブックにありません。{more}",
        "シート①とシート②の番号をそろえて提出してください。",
    ),
    "F025": Wording(
        _W,
        "『{before}』と同じ内容のファイルが、もう一度提出されています。",
        "あとから届いたものとして数えます。前の版を誤って出し直していないか確かめてください。",
    ),
    "F026": Wording(
        _E,
        "{title}に、答えの代わりにエラー値『{value}』が表示されています。",
        "数式を使わず、内容を文字や数字で入れ直してください。",
    ),
    "F027": Wording(
        _E,
        "同じ番号のシートが、このブックに『{value}』のほか{count}枚あります。"
        "どれが提出するものか決められません。",
        "提出するシートだけを残し、ほかのシートを消して提出してください。",
    ),
    # Scores and reasons.
    "S101": Wording(_E, "{title}が{shown}です。", "{allowed}の整数を入れてください。"),
    "S102": Wording(_E, "{title}が{shown}です。", "{allowed}の整数を入れてください。"),
    "S103": Wording(_E, "{title}が{shown}です。", "{allowed}の整数を数字で入れてください。"),
    "S104": Wording(
        _E, "{title}が{shown}です。", "まだ評価しない年度なので、空欄か『-』にしてください。"
    ),
    "S106": Wording(
        _E,
        "{title}が『{value}』ですが、評点からは『{expected}』になります。",
        "評点を確かめ、正しければ総合評価を『{expected}』にしてください。",
    ),
    "S107": Wording(
        _E,
        "{title}が『{value}』ですが、評点を足すと『{expected}』になります。",
        "評点を確かめ、正しければ合計を『{expected}』にしてください。",
    ),
    "S108": Wording(_E, "{title}が{shown}です。", "理由を文章で書いてください。"),
    # The schedule.
    "P201": Wording(
        _E, "{title}が『{value}』ですが、その左に工程がありません。", "工程を言葉で書いてください。"
    ),
    "P202": Wording(
        _E,
        "{title}が{shown}です。",
        "{suggestion}『工程どおり』か『工程見直し』を選んでください。",
    ),
    "P203": Wording(
        _E,
        "{title}が『工程見直し』ですが、同じ年度の変更後の工程が空欄です。",
        "『変更』の行に、見直した工程を書いてください。",
    ),
    "P204": Wording(
        _W,
        "{title}がありますが、その年度の状況は『工程どおり』です。",
        "工程を見直したときは、状況で『工程見直し』を選んでください。",
    ),
    # References.
    "R301": Wording(
        _E,
        "{title}に『{value}』とありますが、{target}という番号の行がありません。",
        "取組内容の番号を見て直すか、内容をそのまま書いてください。",
    ),
    "R302": Wording(
        _E,
        "{title}に『{value}』とありますが、指している先（{target}）に内容がありません。",
        "指す先を直すか、内容をそのまま書いてください。",
    ),
    "R303": Wording(
        _E,
        "{title}に『{value}』とありますが、指している先（{target}）がここを指し返しています。",
        "どれか１つに、内容をそのまま書いてください。",
    ),
    "R304": Wording(
        _E,
        "{title}に『{value}』とありますが、{target}年度は計画期間の外です。",
        "{first}～{last}の年度に直すか、内容をそのまま書いてください。",
    ),
    "R305": Wording(
        _I,
        "{title}の文の中に『{phrase}』とあります。",
        "書かれたまま扱います。ほかの欄と同じ内容にするときは、その言葉だけを１行に書いてください。",
    ),
    "R306": Wording(
        _W,
        "{title}の『{value}』が指す行が、配布したときの『{before}』から『{now}』に変わっています。",
        "行が増減して番号がずれたためです。指したい行の番号に直してください。",
    ),
    "R307": Wording(  # ours: resolved all the same
        _I,
        "{title}の『{value}』が指す内容は、入り組んでいるため様式の右側には表示されていません。",
        "書かれたとおりに読み取りました。１つの欄の参照を１行にすると、入力中に確かめられます。",
    ),
    # Activities.
    "A401": Wording(
        _E,
        "{year}年度の取組予定が１行もありません。",
        "取り組んだことを１行目から書いてください。",
    ),
    "A402": Wording(
        _E,
        "{title}が{shown}です。",
        "取組予定『{plan}』の結果を、(新)か(継)で始めて書いてください。",
    ),
    "A403": Wording(
        _W,
        "{title}が(新)か(継)で始まっていません。",
        "新しい取組なら(新)、続けている取組なら(継)を先頭に付けてください。",
    ),
    "A404": Wording(
        _W,
        "{title}がありますが、同じ行の取組予定が空欄です。",
        "取組予定を書くか、結果を正しい行に移してください。",
    ),
    "A405": Wording(
        _W,
        "{year}年度の取組予定がありません。",
        "次の年度の予定を書いてください。取組が終わるときは、取組終了の年と月を入れてください。",
    ),
    "A406": Wording(  # ours: what would not be read must not be lost either
        _E,
        "足された行に『{value}』と書かれていますが、この行は読み込まれません。",
        "番号のある行に移すか、すぐ上の行に続けて書いてください。",
    ),
    "A407": Wording(
        _W,
        "{title}が『{value}』だけです。",
        "別紙は読み込まれません。内容をこの欄に書いてください。",
    ),
    # The end of the item.
    "C501": Wording(
        _E, "{title}が{shown}です。", "年の欄に令和の年を、月の欄に1～12を、数字で入れてください。"
    ),
    "C502": Wording(
        _E,
        "取組終了が令和{year}年{month}月です。",
        "令和{first}年4月～令和{last}年3月の年と月を入れてください。"
        "この間に終わらないときは、年も月も空欄にしてください。",
    ),
    "C503": Wording(
        _W,
        "{where}に取組終了とありますが、取組終了の年と月が空欄です。",
        "取組が終わったときは、年と月を入れてください。",
    ),
    # Problems, solutions, remarks, and what does not fit on paper.
    "K601": Wording(
        _E,
        "{title}が{shown}です。",
        "課題を書いてください。ないときは『特になし』と書いてください。",
    ),
    "K602": Wording(_E, "{title}が{shown}です。", "課題をどう解決するかを書いてください。"),
    "K603": Wording(_W, "{title}が{shown}です。", "この年度に特に伝えたいことを書いてください。"),
    "T701": Wording(
        _W,
        "{title}が長く、印刷すると{lines}行のうち{room}行しか見えません。",
        "文章を短くするか、改行を減らしてください。",
    ),
    # The council's sheets (評価シート).
    "V101": Wording(
        _E,
        "№{number}の評価が『{value}』です。",
        "1～5の整数にするか、評価を控えるなら空欄にしてください。",
    ),
    "V102": Wording(
        _E, "委員番号が『{value}』です。", "配られた評価シートの委員番号に直してください。"
    ),
    "V103": Wording(
        _W,
        "委員{number}の評価シートが２つ以上あります（前のファイルは{file}）。",
        "最も新しいものを使います。古いシートがまぎれていないか確かめてください。",
    ),
    "V104": Wording(
        _E, "『{value}』の評価シートです。", "{year}年度の評価シートに書いて提出してください。"
    ),
    "V105": Wording(
        _W,
        "評価も意見も書かれていません。",
        "書いたシートを保存してから提出されたか確かめてください。",
    ),
    "V106": Wording(
        _E, "委員{number}の評価シートが提出されていません。", "提出をお願いしてください。"
    ),
    "V107": Wording(
        _E,
        "委員{sent}に配った評価シートですが、委員番号が{number}になっています。",
        "ご本人に配られた評価シートに書くか、委員番号を{sent}に戻してください。",
    ),
    "V108": Wording(
        _E,
        "このブックには、違う内容の評価シートがほかにもあります（{sheets}）。",
        "提出する１枚だけを残してください。",
    ),
    # Exceptions that the secretariat wrote into the plan master (特例).
    "E900": Wording(_I, "{message}", "特例として認めています（理由：{reason}{approver}）。"),
    "E901": Wording(
        _W,
        "№{number}の特例『{code}』に当たる指摘がありません。",
        "要らなくなった特例なら、計画マスタのシート『特例』から消してください。",
    ),
    "E902": Wording(
        _W,
        "№{number}の特例『{code}』は期限（{until}）を過ぎています。",
        "続けて認めるなら、計画マスタのシート『特例』の期限を直してください。",
    ),
    # Corrections that the secretariat wrote into the plan master (訂正).
    "E903": Wording(
        _W,
        "№{number}の訂正（{field}を『{wrong}』から『{right}』に）は、行っていません。{why}",
        "要らなくなった訂正なら、計画マスタのシート『訂正』から消してください。",
    ),
    "E904": Wording(
        _I,
        "{title}を『{wrong}』から『{right}』に訂正しました。",
        "計画マスタの訂正によります（理由：{reason}）。",
    ),
    "X801": Wording(
        _E,
        "№{number}『{title}』の進捗状況シートが提出されていません。",
        "記入して提出してください。",
    ),
}


def found(code: str, place: Place, value: str | None = None, /, **facts: object) -> Finding:
    """A finding worded by the catalogue. Raises KeyError where code or a fact is missing."""
    wording = CATALOGUE[code]
    return Finding(
        code,
        wording.severity,
        place,
        value,
        wording.message.format_map(facts),
        wording.hint.format_map(facts),
    )


class UserError(Exception):
    """Something the user can mend; its text is one Japanese sentence that says how."""


class PlanError(UserError):
    """The plan master cannot be used; carries every reason at once."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(
            f"計画マスタに誤りが{len(findings)}件あります。直してからもう一度実行してください。"
        )
        self.findings = tuple(findings)
