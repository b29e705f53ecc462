"""The command line: parse, call, print, exit. Nothing else, and nothing heavy before it is needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from workbook_tools import __version__
from workbook_tools.era import FiscalYear
from workbook_tools.figures.formats import FORMATS
from workbook_tools.findings import UserError
from workbook_tools.terminal.console import (
    ask,
    asked_passwords,
    outcome,
    progress,
    run,
    say,
    say_data,
    somebody_answers,
    tell,
    warn,
    weights,
)
from workbook_tools.terminal.next_steps import after
from workbook_tools.terminal.usage import (
    Anywhere,
    Group,
    PracticeNumber,
    Year,
    everywhere,
    of_round,
    of_stage,
    typed,
)
from workbook_tools.workspace import Workspace

if TYPE_CHECKING:
    from workbook_tools.collect.collection import Collection
    from workbook_tools.register.round import Round
    from workbook_tools.report.report import Refreshed
    from workbook_tools.show.today import Today


_year = of_round(told=True)
_in_workspace = click.make_pass_decorator(Workspace)


@click.group(
    cls=Group,
    invoke_without_command=True,
    options_metavar="[指定]",
    subcommand_metavar="[コマンド [引数]...]",
    context_settings={"max_content_width": 100},
    params=everywhere(first=True),
)
@_year
@click.version_option(
    __version__, message="workbook-tools %(version)s", help="版の番号を表示して終わる。"
)
@click.help_option("-h", "--help", help="この説明を表示して終わる。")
@click.pass_context
def cli(context: click.Context, year: FiscalYear | None) -> None:
    """進捗状況シートを配り、集め、取組状況一覧にまとめます。

    コマンドを書かないと、いまの状況と次にすることを表示します。年度や作業フォルダーの指定は、
    コマンドの前にもあとにも書けます。

    \b
    例： workbook-tools init --sample
         workbook-tools distribute --year R3
    """
    if context.invoked_subcommand is None:
        from workbook_tools.terminal.shown import show_today

        show_today(_today(context.obj, year))


def _today(workspace: Workspace, year: FiscalYear | None) -> Today:
    """Where the round stands, or what to do first."""
    from workbook_tools.register.round import disposal, lost_master
    from workbook_tools.show.today import FIRST, NEXT_YEAR, Today, today

    if not workspace.plan_master.exists():
        return Today((), lost_master(workspace) or FIRST)
    if told := disposal(workspace, year, _named_stage()):
        return Today((told,), NEXT_YEAR)
    return today(_round(workspace, year))


def _command(name: str | None = None) -> Callable[[Callable[..., None]], click.Command]:
    """A command of the group, its help in Japanese."""

    def register(function: Callable[..., None]) -> click.Command:
        helped = click.help_option("-h", "--help", help="この説明を表示して終わる。")(function)
        return cli.command(name, options_metavar="[指定]")(helped)

    return register


@_command()
@click.option("--sample", is_flag=True, help="空の計画マスタの代わりに、見本の計画を入れる。")
@_in_workspace
def init(workspace: Workspace, sample: bool) -> None:
    """作業フォルダーと計画マスタを作ります。

    \b
    例： workbook-tools init --sample
    """
    from workbook_tools.outbox import put
    from workbook_tools.plan.read_master import sample as sample_plan
    from workbook_tools.plan.write_master import master
    from workbook_tools.register.round import lost_master

    if lost := lost_master(workspace):
        raise UserError(lost)
    path = workspace.plan_master
    if path.exists():
        raise UserError(
            f"『{path}』がすでにあります。上書きはしません。作り直すときは名前を変えるか移してください。"
        )
    for folder in (workspace.inbox, workspace.outbox):
        folder.mkdir(parents=True, exist_ok=True)
    put(path, master(sample_plan() if sample else None))
    say(f"計画マスタを作りました： {path}")
    say(after("init --sample" if sample else "init"))


@_command("import-history")
@click.argument("file", metavar="ファイル", type=click.Path(path_type=Path))
@click.option("--year", cls=Anywhere, type=Year(), required=True, help="一覧の年度（R2 など）。")
@_in_workspace
def import_history(workspace: Workspace, file: Path, year: FiscalYear) -> None:
    """過去の年度の一覧【実践項目別】から、評点・総合評価・取組終了を取り込みます。

    \b
    例： workbook-tools import-history 取組状況一覧_R2.xlsx --year R2
    """
    from dataclasses import replace

    from workbook_tools.history.import_list import import_list

    today = _round(workspace, None)
    taken = import_list(replace(today, plan=today.plan.of_year(year)), file)
    columns = "、".join(f"{heading}（{col}列）" for heading, col in taken.taken.items())
    say(f"{year.long}の一覧から{len(taken.results)}件を取り込みました。")
    say(f"　使った列： {columns}")
    if taken.ignored:
        say(f"　使わなかった列： {'、'.join(taken.ignored)}")
    tell(taken.findings)
    say(after("import-history"))


_departments = click.option(
    "--department",
    "departments",
    multiple=True,
    metavar="部署",
    help="その部署のものだけ（何回でも指定できる）。",
)
_items = click.option(
    "--item",
    "items",
    multiple=True,
    type=PracticeNumber(),
    metavar="小№",
    help="その項目のものだけ（何回でも指定できる）。",
)


@_command()
@_year
@_departments
@_items
@click.option("--force", is_flag=True, help="配布後に編集されたファイルも作り直す。")
@_in_workspace
def distribute(
    workspace: Workspace,
    year: FiscalYear | None,
    departments: tuple[str, ...],
    items: tuple[int, ...],
    force: bool,
) -> None:
    """実践項目ごとの進捗状況シートと依頼文を、担当部署ごとに作ります。

    \b
    例： workbook-tools distribute --year R3
    """
    from workbook_tools.distribute.distribute import LIST_NAME
    from workbook_tools.distribute.distribute import distribute as write_forms
    from workbook_tools.letters.only import Only
    from workbook_tools.outbox import Outcome

    held = _round(workspace, year)
    with progress("シートを作成中") as step:
        done = write_forms(held, only=Only(departments, items), force=force, step=step)
    leads = {delivery.practice.lead for delivery in done.deliveries if delivery.practice}
    total = sum(1 for delivery in done.deliveries if delivery.practice)
    say(
        f"{done.year.long}の進捗状況シート {total}件（{len(leads)}部署）： "
        f"作成 {len(done.having(Outcome.WRITTEN))}、"
        f"変更なし {len(done.having(Outcome.UNCHANGED))}、"
        f"編集済みのため残した {len(done.having(Outcome.EDITED))}"
    )
    for delivery in done.having(Outcome.EDITED):
        say(f"　残しました： {delivery.path}（作り直すには --force）")
    for delivery in done.having(Outcome.REMOVED):
        say(f"　不要になり削除しました： {delivery.path}")
    say(f"一覧： {done.folder / LIST_NAME}（部署ごとの依頼文も同じ場所にあります）")
    say(after("distribute", held.year.option))


_passwords = click.option(
    "--password",
    "passwords",
    multiple=True,
    metavar="パスワード",
    help="保護されたブックを開くパスワード（何回でも指定できる）。",
)
_json = click.option("--json", "as_json", is_flag=True, help="結果をJSONで出す。")
_verbose = click.option("--verbose", is_flag=True, help="読み替えた内容もすべて出す。")
_strict = click.option("--strict", is_flag=True, help="未提出があるときも終了コードを１にする。")


@_command()
@_year
@_passwords
@_json
@_strict
@_verbose
@click.option(
    "--jobs", type=click.IntRange(1, 64), default=2, metavar="数", help="同時に読む数（普通は2）。"
)
@click.option("--scheduler", metavar="アドレス", help="Dask の計算機群で読む（数千件以上のとき）。")
@click.option("--rebuild", is_flag=True, help="登録簿を、保存してある控えから作り直す。")
@_in_workspace
def collect(
    workspace: Workspace,
    year: FiscalYear | None,
    passwords: tuple[str, ...],
    as_json: bool,
    strict: bool,
    verbose: bool,
    jobs: int,
    scheduler: str | None,
    rebuild: bool,
) -> None:
    """inbox/ に戻ってきたシートを読み、確かめ、登録します。

    \b
    例： workbook-tools collect --year R3
    """
    from workbook_tools.collect import collect as stage
    from workbook_tools.collect import report
    from workbook_tools.form.layout import form_of
    from workbook_tools.rebuild import rebuild as run_rebuild
    from workbook_tools.register.round import is_lost, of_master

    if rebuild or is_lost(workspace):
        with progress("登録簿を作り直し中") as step:
            made = run_rebuild(of_master(workspace, _now()), step)
        for sentence in made.told:
            warn(sentence)
    held = _round(workspace, year)

    def read_all(words: tuple[str, ...]) -> Collection:
        with progress("シートを確認中") as step:
            readers = stage.Readers(jobs, scheduler)
            return stage.collect(held, passwords=words, readers=readers, step=step)

    done = read_all(passwords)
    if (
        not passwords
        and somebody_answers()
        and any(finding.code == "F002" for finding in done.findings)
    ):
        done = read_all(asked_passwords())
    path = report.write(held, done)
    if as_json:
        _say_json(done)
    else:
        from workbook_tools.terminal import tables

        form = form_of(held.plan)
        tables.show_collection(done, form, workspace.relative(path))
        for sentence in done.news(held.now):
            say(sentence)
        if verbose:
            tables.show_readings(stage.read_otherwise(held))
    _end(done.has_errors or (strict and bool(done.missing)))


@_command()
@click.argument("files", metavar="ファイル...", nargs=-1, required=True)
@_year
@_passwords
@_json
@_verbose
@_in_workspace
def check(
    workspace: Workspace,
    files: tuple[str, ...],
    year: FiscalYear | None,
    passwords: tuple[str, ...],
    as_json: bool,
    verbose: bool,
) -> None:
    """シートを１つずつ確かめます（何も書き込みません）。

    \b
    例： workbook-tools check No16_窓口.xlsx
    """
    from workbook_tools.collect import collect as stage
    from workbook_tools.form.layout import form_of

    believing = not workspace.plan_master.exists()
    held = _sample_round(workspace, year) if believing else _round(workspace, year)
    done = stage.check_files(held, files, passwords, believing=believing)
    if as_json:
        _say_json(done)
    else:
        from workbook_tools.terminal import tables

        tables.show_check(done, form_of(held.plan), verbose=verbose)
        say(after("check", held.year.option))
    _end(done.has_errors)


@_command()
@_year
@_json
@click.option("--strict", is_flag=True, help="未提出や要修正があれば終了コードを１にする。")
@_in_workspace
def status(workspace: Workspace, year: FiscalYear | None, as_json: bool, strict: bool) -> None:
    """どの部署から何が戻ってきたかを表にします。

    \b
    例： workbook-tools status --year R3
    """
    from workbook_tools.register.records import State
    from workbook_tools.register.standing import standing
    from workbook_tools.show.today import totals
    from workbook_tools.terminal.shown import show_today

    held = _round(workspace, year)
    practices = standing(held)
    if as_json:
        from workbook_tools.collect.collect import state_of_round

        _say_json(state_of_round(held))
    else:
        from workbook_tools.terminal import tables

        tables.show_status(practices)
        show_today(totals(held, practices))
    _end(strict and any(state.state is not State.ACCEPTED for state in practices))


_number = click.argument("number", metavar="小№", type=PracticeNumber())


@_command()
@_number
@_year
@click.option("--version", type=click.IntRange(1), metavar="版", help="見る版（1が最初）。")
@_json
@_in_workspace
def show(
    workspace: Workspace, number: int, year: FiscalYear | None, version: int | None, as_json: bool
) -> None:
    """実践項目の、届いたすべての版と、読み取った内容を欄ごとに見せます。

    \b
    例： workbook-tools show 16
         workbook-tools show 16 --version 1
    """
    from workbook_tools.form.layout import form_of
    from workbook_tools.show import versions
    from workbook_tools.terminal.shown import show_practice

    held = _round(workspace, year)
    shown = versions.look(held, number, version)
    if as_json:
        _say_document(versions.as_json(held, shown))
    else:
        show_practice(shown, form_of(held.plan))
        say(after("show", held.year.option, number=number))


@_command()
@_number
@_year
@click.option(
    "--version",
    "numbers",
    type=click.IntRange(1),
    multiple=True,
    metavar="版",
    help="比べる版（２回まで指定できる。省くと新しい２つ）。",
)
@click.option("--against", type=Year(), help="前の年度と比べる（R2 など）。")
@_json
@_in_workspace
def diff(
    workspace: Workspace,
    number: int,
    year: FiscalYear | None,
    numbers: tuple[int, ...],
    against: FiscalYear | None,
    as_json: bool,
) -> None:
    """実践項目の２つの版を比べ、違う欄だけを、変わったところに印を付けて見せます。

    \b
    例： workbook-tools diff 16
         workbook-tools diff 16 --against R2
    """
    from workbook_tools.show import differences
    from workbook_tools.terminal.shown import show_differences

    held = _round(workspace, year)
    if len(set(numbers)) > 2 or (numbers and against):
        raise UserError("比べるのは２つの版か、前の年度（--against）のどちらかです。")
    if against:
        done = differences.against(held, number, against)
    else:
        done = differences.between(held, number, tuple(set(numbers)))
    if as_json:
        _say_document(differences.as_json(held, done))
    else:
        show_differences(done)
        say(after("diff", held.year.option, number=number))


@_command("return")
@_year
@_departments
@_items
@click.option("--force", is_flag=True, help="書いたあとで編集されたファイルも作り直す。")
@_in_workspace
def return_(
    workspace: Workspace,
    year: FiscalYear | None,
    departments: tuple[str, ...],
    items: tuple[int, ...],
    force: bool,
) -> None:
    """要修正のシートに印を付けて返し、部署への文書（再提出、督促、受領）を作ります。

    \b
    例： workbook-tools return --year R3
    """
    from workbook_tools.letters.only import Only
    from workbook_tools.send_back.send_back import return_forms

    held = _round(workspace, year)
    with progress("差戻しを作成中") as step:
        done = return_forms(held, only=Only(departments, items), force=force, step=step)
    returned = sum(department.returned for department in done.departments)
    missing = sum(department.missing for department in done.departments)
    say(f"{held.year.long}　差戻し {returned}件、督促 {missing}件（{len(done.departments)}部署）")
    for department in done.departments:
        words = [f"差戻し {department.returned}件"] if department.returned else []
        words += [f"うち新しい様式 {department.fresh}件"] if department.fresh else []
        words += [f"未提出 {department.missing}件"] if department.missing else []
        say(f"　{department.department}： {'、'.join(words)}")
    for name in done.not_collected:
        say(f"　まだ読んでいないファイルがあります（先に collect を実行してください）： {name}")
    say(f"場所： {done.folder}")
    say(after("return", held.year.option))


@_command("receipts")
@_year
@click.option("--department", metavar="部署", help="その部署のものだけを作る。")
@click.option("--force", is_flag=True, help="書いたあとで編集されたファイルも作り直す。")
@_in_workspace
def receipts_(
    workspace: Workspace, year: FiscalYear | None, department: str | None, force: bool
) -> None:
    """読み取った内容を部署に確かめてもらう、読取内容確認票を作ります。

    \b
    例： workbook-tools receipts --department （民）窓口サービス課
    """
    from workbook_tools.outbox import Outcome
    from workbook_tools.receipts.receipts import write_receipts

    held = _round(workspace, year)
    with progress("読取内容確認票を作成中") as step:
        done = write_receipts(held, department=department, force=force, step=step)
    written, edited = done.having(Outcome.WRITTEN), done.having(Outcome.EDITED)
    say(
        f"{done.year.long}の読取内容確認票： 作成 {len(written)}部署、"
        f"変更なし {len(done.having(Outcome.UNCHANGED))}部署、"
        f"編集済みのため残した {len(edited)}部署"
    )
    for book in written:
        doubts = sum(len(receipt.doubts()) for receipt in book.receipts)
        say(f"　{book.department}： {len(book.receipts)}件（確かめてほしいところ {doubts}）")
    for book in edited:
        say(f"　残しました： {book.department}（作り直すには --force）")
    for path in done.removed:
        say(f"　不要になり削除しました： {path}")
    say(f"場所： {done.folder}")
    say(after("receipts", held.year.option))


@_command()
@click.argument("file", metavar="ファイル")
@_year
@click.option("--reason", metavar="理由", help="取り消す理由（確認結果に残ります）。")
@click.option("--undo", is_flag=True, help="取消をやめて、もう一度受理する。")
@_in_workspace
def withdraw(
    workspace: Workspace, file: str, year: FiscalYear | None, reason: str | None, undo: bool
) -> None:
    """受け取ったシートや評価シートの受理を取り消します（受理取消）。

    ファイルは、確認結果にあるとおりの名前か、sha256 の初めの６文字以上で指定します。

    \b
    例： workbook-tools withdraw inbox/No16.xlsx --reason 別の部署の下書きだった
    """
    from workbook_tools.collect.withdraw import withdraw as take_back

    why = (reason or "").strip() if undo else _given(reason or "")
    held = _round(workspace, year)
    done = take_back(held, file, why, undo=undo)
    for arrival in done.arrivals:
        what = "受理の取消をやめました" if undo else "受理を取り消しました"
        say(f"{what}： {arrival.name}（{arrival.received_at[:16].replace('T', ' ')}受領）")
    for sentence in done.counting:
        say(f"　{sentence}")
    say(after("withdraw", held.year.option))


@_command()
@_year
@click.option(
    "--output", type=click.Path(path_type=Path), metavar="ファイル", help="一覧の置き場所。"
)
@click.option("--strict", is_flag=True, help="未提出や要修正があれば何も作らない。")
@click.option("--appendix", is_flag=True, help="資料編（全シート）も作る。")
@click.option(
    "--pdf",
    is_flag=True,
    help="LibreOffice があれば、PDFも作る（一覧・評価ページ・本文を分けて）。",
)
@_in_workspace
def consolidate(
    workspace: Workspace,
    year: FiscalYear | None,
    output: Path | None,
    strict: bool,
    appendix: bool,
    pdf: bool,
) -> None:
    """登録したシートから、取組状況一覧を作ります。

    \b
    例： workbook-tools consolidate --year R3 --appendix
    """
    from workbook_tools.consolidate import consolidate as stage

    held = _round(workspace, year)
    with progress("一覧を作成中"):
        done = stage.consolidate(held, output=output, strict=strict, with_appendix=appendix)
    for path in done.paths:
        say(f"作りました： {path}")
    if pdf and done.paths:
        from workbook_tools.excel.pdf import to_pdf

        with progress("PDFを作成中"):
            printed = to_pdf(done.parts)
        for path in printed:
            say(f"作りました： {path}")
    for sentence in stage.shortcomings(done.contents):
        warn(sentence)
    if strict and not done.paths:
        warn("未提出か要修正があるため、何も作りませんでした。")
    _say_step(held)
    _end(bool(done.contents.figures.incomplete))


@_command()
@_year
@click.option("--pdf", is_flag=True, help="LibreOffice があれば、PDFも作る。")
@click.option("--html", is_flag=True, help="ホームページに載せる１ページのHTMLも作る。")
@click.option(
    "--refresh",
    type=click.Path(path_type=Path),
    metavar="ファイル",
    help="Ｗｏｒｄで編集した意見書の数値だけを、今のものに入れ替えた写しを作る。",
)
@_in_workspace
def report(
    workspace: Workspace, year: FiscalYear | None, pdf: bool, html: bool, refresh: Path | None
) -> None:
    """審議会の意見書と、その文章を書く原稿を作ります。

    \b
    例： workbook-tools report --year R3 --pdf
         workbook-tools report --refresh 意見書_R3_編集済.docx
    """
    from workbook_tools.report import report as stage

    held = _round(workspace, year)
    if refresh is not None:
        if pdf or html:
            raise click.UsageError("--refresh は --pdf や --html と一緒には使えません")
        _refresh(stage.refresh_report(held, refresh))
        say(after("report --refresh"))
        return
    with progress("意見書を作成中"):
        done = stage.write_report(held, html=html, pdf=pdf)
    for path in done.paths:
        say(f"作りました： {path}")
    for note in done.notes:
        warn(note)
    say(after("report", held.year.option))


def _refresh(done: Refreshed) -> None:
    """What changed in a report that was edited in Word."""
    for change in done.changes:
        say(f"　{change.name}： {change.was or '（空欄）'} → {change.now or '（空欄）'}")
    say(f"入れ替えた数値 {len(done.changes)}件： {done.path}")
    for note in done.notes:
        warn(note)


@_command()
@_year
@click.option("--format", "form", type=click.Choice([*FORMATS]), default="json", help="形式。")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="場所",
    help="JSONはファイル、ほかはフォルダー（省くと、JSONとCSVは画面に、open-dataはoutboxに出す）。",
)
@_in_workspace
def export(workspace: Workspace, year: FiscalYear | None, form: str, output: Path | None) -> None:
    """一覧と同じ集計を、データ（JSON・CSV・オープンデータ）で出します。

    \b
    例： workbook-tools export --format csv --output outbox/csv
    """
    from workbook_tools.consolidate.consolidate import gather_contents
    from workbook_tools.outbox import put

    held = _round(workspace, year)
    chosen = FORMATS[form]
    if output is None and chosen.folder:
        output = workspace.outbox / f"{chosen.folder}_{held.year}"
    with progress("データを作成中"):
        written = chosen.write(gather_contents(held).data, held.now)
    for name, data in written.items():
        if output is None:
            heading = f"# {name}\n" if name else ""
            say_data(heading + data.decode("utf-8-sig"))
        else:
            put(output / name, data)
            say(f"作りました： {output / name}")
    if output is not None:
        say(after("export"))


@_command()
@_year
@click.option("--yes", is_flag=True, help="未提出などがあっても、尋ねずに確定する。")
@_in_workspace
def close(workspace: Workspace, year: FiscalYear | None, yes: bool) -> None:
    """年度を確定し、判定と作った一覧をこれ以上変わらないようにします。

    \b
    例： workbook-tools close --year R3
    """
    from workbook_tools.closing.close import close as end_round
    from workbook_tools.closing.close import doubts

    held = _round(workspace, year)
    with progress("確認中"):
        doubtful = doubts(held)
    for sentence in doubtful:
        warn(sentence)
    if doubtful and not yes:
        ask("このまま確定しますか", "このまま確定するには --yes を付けてください。")
    with progress("確定中"):
        done = end_round(held)
    say(f"{held.year.long}を確定しました。控えに残した成果物 {len(done.outputs)}件")
    for name in done.outputs:
        say(f"　{name}")
    _say_step(held)


@_command()
@_year
@click.option("--reason", metavar="理由", required=True, help="確定を取り消す理由。")
@_in_workspace
def reopen(workspace: Workspace, year: FiscalYear | None, reason: str) -> None:
    """確定を取り消します。

    \b
    例： workbook-tools reopen --year R3 --reason 正誤表を出すため
    """
    from workbook_tools.closing.close import reopen as take_back

    held = _round(workspace, year)
    take_back(held, _given(reason))
    say(f"{held.year.long}の確定を取り消しました。")
    say(after("reopen", held.year.option))


@_command()
@click.option("--year", cls=Anywhere, type=Year(), required=True, help="廃棄する年度（R2 など）。")
@of_stage(told=True)
@click.option("--reason", metavar="理由", required=True, help="廃棄する理由（保存期間満了など）。")
@click.option("--yes", is_flag=True, help="尋ねずに廃棄する。")
@_in_workspace
def dispose(workspace: Workspace, year: FiscalYear, reason: str, yes: bool) -> None:
    """保存期間が満了した年度の、受け取ったものの控えを廃棄します。

    確定した年度だけを廃棄できます。公表した数値と廃棄記録は残ります。inbox/ のファイルは消しません。

    \b
    例： workbook-tools dispose --year R2 --reason 保存期間満了
    """
    from workbook_tools.closing.dispose import copies
    from workbook_tools.closing.dispose import dispose as destroy
    from workbook_tools.register.round import round_named

    own = round_named(workspace, year, _named_stage())
    why, count = _given(reason), copies(workspace, own)
    if not yes and somebody_answers():  # a script that gives a reason has decided
        warn(f"{own.long}に受け取ったものの控え {count}件を廃棄します。元には戻せません。")
        ask("廃棄しますか", "廃棄するには --yes を付けてください。")
    with progress("廃棄中"):
        done = destroy(workspace, own, why, _now())
    say(f"{own.long}の控え {done.copies}件を廃棄しました。廃棄記録： {done.path}")
    say(after("dispose"))


@_command()
@_year
@_in_workspace
def verify(workspace: Workspace, year: FiscalYear | None) -> None:
    """控え・受付簿・登録簿が食い違っていないか確かめます（何も書き込みません）。

    年度を指定すると、その年度の一覧も作り直して比べます。

    \b
    例： workbook-tools verify --year R3
    """
    from workbook_tools.register.round import disposal, of_master
    from workbook_tools.verify.outputs import differences
    from workbook_tools.verify.verify import verify as look

    with progress("確認中") as step:
        done = look(of_master(workspace, _now()), step)
    wrong = [*done.wrong]
    notes = [*done.notes]
    if (year or _named_stage()) and not wrong:  # of damaged copies nothing can be made again
        if told := disposal(workspace, year, _named_stage()):
            notes.append(f"{told}一覧は作り直せないため、比べていません。")
        else:
            with progress("一覧を作り直して比較中"):
                wrong += differences(_round(workspace, year))
    for sentence in (*wrong, *notes):
        say(sentence)
    if not wrong:
        say(f"食い違いはありません（控え {done.copies}件、受付簿 {done.events}行）。")
    say(after("verify, wrong" if wrong else "verify"))
    _end(bool(wrong))


@_command()
@click.argument("file", metavar="一覧", type=click.Path(path_type=Path))
@_year
@_json
@_in_workspace
def compare(workspace: Workspace, file: Path, year: FiscalYear | None, as_json: bool) -> None:
    """以前に作った取組状況一覧を、集めたシートと突き合わせ、正誤表を作ります。

    シートを集めていない年度の一覧は、一覧の中の計算（合計、平均値など）だけを確かめます。

    \b
    例： workbook-tools compare 取組状況一覧_R3.xlsx --year R3
    """
    from workbook_tools.compare import words
    from workbook_tools.compare.compare import compare_list

    with progress("突合中"):
        done = compare_list(workspace, year, file, _now())
    found = done.comparison
    if as_json:
        _say_document(words.as_json(found, done.file))
    else:
        from workbook_tools.terminal.compared import show_comparison

        show_comparison(found)
        for path in done.paths:
            say(f"作りました： {path}")
        say(after("compare, different" if found.differences else "compare"))
    _end(bool(found.differences))


@_command()
@click.argument("spot", metavar="シート!セル")
@_year
@click.option(
    "--list",
    "listed",
    type=click.Path(path_type=Path),
    metavar="一覧",
    help="調べる一覧（省くと outbox にあるその年度の一覧）。",
)
@_in_workspace
def explain(workspace: Workspace, spot: str, year: FiscalYear | None, listed: Path | None) -> None:
    """一覧のセルの値が、どこからどう出てきたかを言葉で示します。

    \b
    例： workbook-tools explain '取組項目別!K10'
    """
    from workbook_tools.consolidate import explain as stage

    held = _round(workspace, year)
    for sentence in stage.explain(held, spot, listed):
        say(sentence)
    say(after("explain"))


@_command()
@click.argument("folder", metavar="[フォルダー]", type=click.Path(path_type=Path), required=False)
@_in_workspace
def demo(workspace: Workspace, folder: Path | None) -> None:
    """見本の計画で、１年分の流れを通して見せます（省くと作業フォルダーの demo に作ります）。

    \b
    例： workbook-tools demo
    """
    from workbook_tools.consolidate import consolidate as stage
    from workbook_tools.demo.demo import play

    play(
        folder or workspace.root / "demo",
        _now(),
        say,
        lambda held: stage.consolidate(held, with_appendix=True).paths,
    )
    say(after("demo"))


@_command()
@_in_workspace
def menu(workspace: Workspace) -> None:
    """番号を選んで進めます（コマンドを打たずに使うとき）。

    \b
    例： workbook-tools menu
    """
    from workbook_tools.menu.menu import Menu

    if typed("no_input"):
        raise UserError("menu は番号を尋ねます。--no-input を付けずに実行してください。")
    Menu(
        workspace,
        lambda: _today(workspace, None),
        lambda words: outcome(cli, ("--workspace", str(workspace.root), *words)),
        lambda path: click.launch(str(path)) == 0,
    ).run()


@_command()
@click.option(
    "--output", type=click.Path(path_type=Path), metavar="ファイル", help="手引きの置き場所。"
)
@_in_workspace
def manual(workspace: Workspace, output: Path | None) -> None:
    """手引きを、１つのファイル（HTML）に書き出します。

    \b
    例： workbook-tools manual
    """
    from workbook_tools.handbook.manual import manual as page
    from workbook_tools.outbox import put

    path = output or workspace.outbox / "手引き.html"
    put(path, page().encode())
    say(f"作りました： {workspace.relative(path)}")
    say("次は、このファイルを開いてください。インターネットがなくても読めます。")


@cli.group(
    cls=Group,
    invoke_without_command=True,
    options_metavar="[指定]",
    subcommand_metavar="コマンド [引数]...",
)
@of_round(told=False)
@click.help_option("-h", "--help", help="この説明を表示して終わる。")
@click.pass_context
def council(context: click.Context, /, **_: object) -> None:
    """審議会の評価シートを配り、集めます。

    \b
    例： workbook-tools council distribute --members 10
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@council.command("distribute", options_metavar="[指定]")
@_year
@click.option("--members", type=click.IntRange(1, 99), metavar="人数", help="委員の人数。")
@click.help_option("-h", "--help", help="この説明を表示して終わる。")
@_in_workspace
def council_distribute(workspace: Workspace, year: FiscalYear | None, members: int | None) -> None:
    """委員ごとの評価シートを作ります。

    \b
    例： workbook-tools council distribute --members 10
    """
    from workbook_tools.council.distribute import distribute as send

    held = _round(workspace, year)
    with progress("評価シートを作成中"):
        paths = send(held, members)
    say(f"評価シートを{len(paths)}件作りました： {paths[0].parent}")
    say(after("council distribute", held.year.option))


@council.command("collect", options_metavar="[指定]")
@_year
@_passwords
@_strict
@click.help_option("-h", "--help", help="この説明を表示して終わる。")
@_in_workspace
def council_collect(
    workspace: Workspace, year: FiscalYear | None, passwords: tuple[str, ...], strict: bool
) -> None:
    """inbox/ に戻ってきた評価シートを読み、評価を平均し、意見を集めます。

    \b
    例： workbook-tools council collect
    """
    from workbook_tools.council.collect import collect as collect_ballots

    held = _round(workspace, year)
    with progress("評価シートを確認中"):
        done = collect_ballots(held, passwords)
    counts = (("受理", done.returned), ("要修正", done.faulty), ("未提出", done.missing))
    say("評価シート： " + "、".join(f"{word} {len(members)}件" for word, members in counts))
    say(f"意見を{done.added}件加えました： {done.path}")
    tell(done.findings)
    say(weights(done.findings))
    _say_step(held)
    _end(done.has_errors or (strict and bool(done.missing)))


@council.command("status", options_metavar="[指定]")
@_year
@_json
@click.help_option("-h", "--help", help="この説明を表示して終わる。")
@_in_workspace
def council_status(workspace: Workspace, year: FiscalYear | None, as_json: bool) -> None:
    """どの委員から評価シートが戻ってきたかを表にします。

    \b
    例： workbook-tools council status
    """
    from workbook_tools.register.members import standing

    held = _round(workspace, year)
    states = standing(held)
    if as_json:
        from workbook_tools.register.members import as_json as document

        _say_document(document(held, states))
    else:
        from workbook_tools.terminal import tables

        tables.show_members(states)
        _say_step(held)


@council.command("return", options_metavar="[指定]")
@_year
@click.option("--force", is_flag=True, help="書いたあとで編集されたファイルも作り直す。")
@click.help_option("-h", "--help", help="この説明を表示して終わる。")
@_in_workspace
def council_return(workspace: Workspace, year: FiscalYear | None, force: bool) -> None:
    """要修正の評価シートに印を付け、連絡文を添えて、委員に返せるようにします。

    \b
    例： workbook-tools council return
    """
    from workbook_tools.send_back.council_return import return_ballots

    held = _round(workspace, year)
    with progress("返す評価シートを作成中"):
        done = return_ballots(held, force=force)
    say(f"{held.year.long}　返す評価シート {len(done.ballots)}件")
    for returned in done.ballots:
        who = f"委員{returned.member.no}" if returned.member else "委員不明"
        say(f"　{who}： {returned.was}（指摘 {len(returned.findings)}件）")
    if done.ballots:
        say(f"場所： {done.folder}")
        say(after("council return", held.year.option))
    else:
        _say_step(held)


def _say_step(held: Round) -> None:
    """The next step, where the state of the round decides it."""
    from workbook_tools.register.standing import standing
    from workbook_tools.show.today import totals

    say(totals(held, standing(held)).step)


def _end(has_errors: bool) -> None:
    if has_errors:
        raise click.exceptions.Exit(1)


def _say_json(done: Collection) -> None:
    from workbook_tools.collect.collection import as_json

    _say_document(as_json(done))


def _say_document(document: Mapping[str, object]) -> None:
    import json

    say_data(json.dumps(document, ensure_ascii=False, indent=1) + "\n")


def _round(workspace: Workspace, year: FiscalYear | None) -> Round:
    """The round of a year under its own plan; without a year that of the plan master."""
    from workbook_tools.register.round import open_round

    return open_round(workspace, year, _now(), _named_stage())


def _given(reason: str) -> str:
    """A reason that says something."""
    if not reason.strip():
        raise click.UsageError("理由を --reason で書いてください")
    return reason.strip()


def _named_stage() -> str | None:
    named: str | None = typed("stage")
    return named


def _sample_round(workspace: Workspace, year: FiscalYear | None) -> Round:
    """What single files are checked by where there is no plan master."""
    from workbook_tools.plan.read_master import sample
    from workbook_tools.register.round import Round

    plan = sample()
    return Round(workspace, plan.of_year(year or plan.evaluated), _now())


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")


def main() -> NoReturn:
    """Run the command line; whatever a user can cause ends in one sentence and exit code 2."""
    run(cli)
