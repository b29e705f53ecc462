"""What to do after a command: its last sentence, where the state of the round does not decide it.

Each is whole and true whatever the command found; ``{at}`` is the round as an option.
"""

from __future__ import annotations

_BACK = "戻ってきたら inbox に置き、"

NEXT = {
    "init": "次は、Ｅｘｃｅｌで開き、シート『記入要領』を見ながら計画を書き込んでください。",
    "init --sample": "次は workbook-tools distribute で、部署に配るシートを作ります。",
    "import-history": "次は workbook-tools distribute で、部署に配るシートを作ります。",
    "distribute": (
        "次は、依頼文と部署ごとの zip を送ります。"
        f"{_BACK}workbook-tools collect {{at}} を実行してください。"
    ),
    "check": (
        "直すところは部署に伝えてください。"
        "受け取るには inbox に置き、workbook-tools collect {at} を実行します。"
    ),
    "show": "ほかの版と比べるには workbook-tools diff {number} {at} を実行します。",
    "diff": "１つの版のすべての欄は workbook-tools show {number} {at} で見られます。",
    "return": (
        "次は、できたものを部署に送ります。"
        f"直したシートが{_BACK}workbook-tools collect {{at}} を実行してください。"
    ),
    "receipts": (
        "次は、できたブックを部署に送り、確かめてもらいます。"
        f"直したシートが{_BACK}workbook-tools collect {{at}} を実行してください。"
    ),
    "withdraw": "次は workbook-tools collect {at} で、確認結果を作り直します。",
    "report": (
        "次は、原稿の採用文を書いて、もう一度 workbook-tools report {at} を実行するか、"
        "意見書をＷｏｒｄで仕上げてください。"
    ),
    "report --refresh": "次は、入れ替えた写しをＷｏｒｄで確かめてください。",
    "export": "次は、できたファイルを使う人に渡します。",
    "reopen": "直し終わったら、workbook-tools close {at} でもう一度確定します。",
    "dispose": (
        "次は、inbox/、outbox/、templates/ にあるファイルは、必要に応じて別に廃棄してください。"
    ),
    "verify": "いまの状況と次にすることは workbook-tools で見られます。",
    "verify, wrong": (
        "次は、バックアップから戻すか、"
        "workbook-tools collect --rebuild で登録簿を控えから作り直してください。"
    ),
    "compare": "次にすることはありません。",
    "compare, different": "次は、突合結果のシート『正誤表』を確かめてください。",
    "explain": "届いたシートのすべての欄は workbook-tools show 小№ で見られます。",
    "demo": (
        "次は、上のファイルを開いてみてください。"
        "自分の計画で始めるときは workbook-tools init です。"
    ),
    "council distribute": (
        "次は、評価シートを委員に送ります。"
        f"{_BACK}workbook-tools council collect {{at}} を実行してください。"
    ),
    "council return": (
        "次は、できたものを委員に送ります。"
        f"{_BACK}workbook-tools council collect {{at}} を実行してください。"
    ),
}


def after(command: str, at: str = "", **facts: object) -> str:
    """The last sentence of a command."""
    return NEXT[command].format(at=at, **facts).replace("  ", " ")
