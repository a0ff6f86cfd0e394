# SPDX-License-Identifier: MIT
"""What scripts/clauses and scripts/rfc9293 share: marks in source files, and a page that lists them."""
import re
import subprocess

MARK = re.compile(r'\b(LX|PX|WS|TT|MUST|SHLD|MAY)-(\d+)(?:\s*\.\.\s*(?:\1-)?(\d+))?')


def mark_key(mark):
    kind, number = mark.split('-')
    return kind, int(number)


def find_marks(kinds, folders):
    """{mark: set of files}; `LX-01..LX-04` names all four."""
    patterns = [f'{folder}/*' for folder in folders]
    files = subprocess.run(['git', 'ls-files', *patterns],
                           check=True, capture_output=True, text=True).stdout.split()
    found = {}
    for name in files:
        try:
            with open(name, encoding='utf-8') as file:
                text = file.read()
        except (FileNotFoundError, UnicodeDecodeError):
            continue
        for kind, first, last in MARK.findall(text):
            if kind not in kinds:
                continue
            for number in range(int(first), int(last or first) + 1):
                width = 2 if kind in ('LX', 'PX', 'WS', 'TT') else 1
                found.setdefault(f'{kind}-{number:0{width}d}', set()).add(name)
    return found


def links(files):
    return ', '.join(f'[{name}](../{name})' for name in sorted(files))


def listed_in(page, row):
    """The marks of a page's rows that match the pattern `row` (its first group is the mark)."""
    try:
        with open(page, encoding='utf-8') as file:
            return set(re.findall(row, file.read(), re.M))
    except FileNotFoundError:
        return set()


def write_or_check(page, text, lost, is_check):
    """Writes the page, or with is_check says what it would lose. Returns the exit status."""
    for mark in sorted(lost, key=mark_key):
        print(f'{page} lists {mark}, whose marks are gone')
    if is_check:
        return 1 if lost else 0
    with open(page, 'w', encoding='utf-8') as file:
        file.write(text)
    return 0
