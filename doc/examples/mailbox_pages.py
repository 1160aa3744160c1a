"""The pages of mailbox.py: mails to HTML. No network, nothing from elsewhere.

Whatever comes from a mail goes through text(). The HTML of a mail is a page of its own, shown in a
frame that may do nothing.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import html
import re
import urllib.parse

from mailbox_boxes import LARGEST_WHOLE

# What our pages may load: a style sheet, a script that asks for news, and the frame with the HTML of
# a mail.
POLICY = ("default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
          "img-src data:; frame-src 'self'; "
          "base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
# What the HTML of a mail may do: look like something, with its own pictures; no scripts, nothing
# from the net. A link opens in a window of its own.
SANDBOX = "allow-popups allow-popups-to-escape-sandbox"
POLICY_OF_MAIL = (f"sandbox {SANDBOX}; default-src 'none'; style-src 'unsafe-inline'; "
                  "img-src 'self' data:; base-uri 'none'; form-action 'none'; "
                  "frame-ancestors 'self'")

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/mailbox.css">
<script src="/mailbox.js" defer></script>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header><a href="/box/INBOX">Mailbox</a></header>
{navigation}
<main id="content"{events}>
{content}
</main>
<footer>Served from IMAP by <b>gimap4d</b>. A function of its REST server:
<a href="/rest/$catalog/getFile">getFile</a>, a PDF.</footer>
</body>
</html>
"""

UNITS = ("bytes", "kB", "MB", "GB")


def text(value):
    """Escaped text; what HTML cannot hold is replaced."""
    return html.escape(re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", "\ufffd", value or ""))


def isolated(value):
    """Text whose writing direction does not reach what stands next to it."""
    return f"<bdi>{text(value)}</bdi>"


def link_of(box, *parts):
    return "/box/" + "/".join(urllib.parse.quote(str(part), safe="") for part in (box,) + parts)


def address_text(address):
    return address.name or address.email or ""


def sender_text(mail):
    return ", ".join(address_text(address) for address in mail.from_) or "(nobody)"


def subject_text(mail):
    return (mail.subject or "").strip() or "(no subject)"


def date_text(date):
    """A date of the library in the time of this machine."""
    return date.astimezone().strftime("%Y-%m-%d %H:%M") if date else ""


def date_html(date):
    if not date:
        return ""
    return f'<time datetime="{date.isoformat()}">{date_text(date)}</time>'


def size_text(size):
    for unit in UNITS:
        if size < 1000 or unit == UNITS[-1]:
            break
        size /= 1000
    return f"{size:.0f} {unit}" if unit == "bytes" or size >= 10 else f"{size:.1f} {unit}"


def name_of(attachment, index):
    return attachment.name or f"part-{index + 1}"


def attachments_to_list(mail):
    """The number and attachment of what the HTML does not already show as a picture."""
    shown = set(re.findall("cid:([^\"'\\s>)]+)", mail.html_body or ""))
    return [(index, attachment) for index, attachment in enumerate(mail.attachments)
            if not attachment.cid or attachment.cid.strip("<>") not in shown]


def navigation_of(boxes, current):
    items = "\n".join(
        f'<li><a href="{link_of(box.name)}"'
        f'{" aria-current=page" if box.name == current else ""}>{isolated(box.name)}'
        f' <span class="count">{box.info.mail_count}</span></a></li>' for box in boxes)
    return f'<nav aria-label="Boxes">\n<ul>\n{items}\n</ul>\n</nav>'


def row_of(box, mail):
    is_unread = "$seen" not in mail.keywords
    mark = '<span class="mark">unread</span> ' if is_unread else ""
    count = len(mail.attachments)
    files = f'<span class="files">{count} file{"s" if count > 1 else ""}</span>'
    return (f'<li{" class=unread" if is_unread else ""}><a href="{link_of(box, mail.id)}">'
            f'<span class="from">{mark}{isolated(sender_text(mail))}</span>'
            f'<span class="subject">{isolated(subject_text(mail))}'
            f'{files if count else ""}</span>'
            f'<span class="date">{date_html(mail.received_at)}</span></a></li>')


def list_page(boxes, info, mails, page, has_more):
    rows = "\n".join(row_of(info.name, mail) for mail in mails)
    turns = []
    if page > 1:
        turns.append(f'<a rel="prev" href="{link_of(info.name)}?page={page - 1}">← Newer</a>')
    if has_more:
        turns.append(f'<a rel="next" href="{link_of(info.name)}?page={page + 1}">Older →</a>')
    content = (f"<h1>{isolated(info.name)}</h1>\n" +
               (f'<ul class="mails">\n{rows}\n</ul>' if rows else "<p>No mails.</p>") +
               (f'\n<nav class="turns" aria-label="More mails">{" ".join(turns)}</nav>'
                if turns else ""))
    events = f' data-events="{link_of(info.name, "events")}"'
    return PAGE.format(title=text(info.name), navigation=navigation_of(boxes, info.name),
                       content=content, events=events)


def addresses_html(addresses):
    return ", ".join(
        f"{isolated(address.name)} &lt;{text(address.email)}&gt;" if address.name
        else isolated(address.email) for address in addresses)


def facts_of(mail):
    facts = (("From", addresses_html(mail.from_)), ("To", addresses_html(mail.to)),
             ("Copy", addresses_html(mail.cc)), ("Date", date_html(mail.send_at)))
    return "<dl>\n" + "\n".join(
        f"<dt>{name}</dt><dd>{value}</dd>" for name, value in facts if value) + "\n</dl>"


def body_of(box, mail):
    parts = []
    if mail.html_body:
        parts.append(f'<iframe sandbox="{SANDBOX}" referrerpolicy="no-referrer" '
                     f'src="{link_of(box, mail.id, "html")}" title="The mail"></iframe>')
    if mail.text_body:
        plain = f'<div class="plain" dir="auto">{text(mail.text_body)}</div>'
        parts.append(f"<details>\n<summary>As plain text</summary>\n{plain}\n</details>"
                     if mail.html_body else plain)
    if not parts and mail.size > LARGEST_WHOLE:
        return "<p>This mail is large: its text is not shown.</p>"
    return "\n".join(parts) or "<p>This mail has no text.</p>"


def attachment_link(info, mail, index):
    """With UIDVALIDITY in it: what it leads to never changes (RFC 9051, 2.3.1.1)."""
    return link_of(info.name, mail.id, "attachment", f"{info.uid_validity}-{index}")


def attachments_of(info, mail):
    items = "\n".join(
        f'<li><a href="{attachment_link(info, mail, index)}" download>'
        f'{isolated(name_of(attachment, index))}</a> '
        f'<span class="type">{text(attachment.type)}, {size_text(attachment.size)}</span></li>'
        for index, attachment in attachments_to_list(mail))
    return f'<section aria-labelledby="attachments"><h2 id="attachments">Attachments</h2>\n' \
           f'<ul class="attachments">\n{items}\n</ul></section>' if items else ""


def mail_page(boxes, info, mail):
    content = (f'<p class="back"><a href="{link_of(info.name)}">← {isolated(info.name)}</a></p>\n'
               f"<article>\n<h1>{isolated(subject_text(mail))}</h1>\n{facts_of(mail)}\n"
               f"{attachments_of(info, mail)}\n{body_of(info.name, mail)}\n</article>")
    return PAGE.format(title=text(subject_text(mail)),
                       navigation=navigation_of(boxes, info.name), content=content, events="")


def html_of_mail(info, mail):
    """The HTML of a mail; the pictures that it brought along come from us."""
    numbers = {attachment.cid.strip("<>"): index
               for index, attachment in enumerate(mail.attachments) if attachment.cid}

    def link_of_picture(found):
        index = numbers.get(urllib.parse.unquote(found[1]))
        return found[0] if index is None else attachment_link(info, mail, index)

    body = re.sub("cid:([^\"'\\s>)]+)", link_of_picture, mail.html_body)
    return f'<!DOCTYPE html><meta charset="utf-8"><base target="_blank">{body}'


def error_page(sentence):
    return PAGE.format(title="Not here", navigation="", events="",
                       content=f'<h1>Not here</h1>\n<p>{text(sentence)}</p>\n'
                       '<p><a href="/box/INBOX">To the inbox</a></p>')
