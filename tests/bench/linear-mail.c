/* What the sender of a mail could write, read as a program reads it; and what is built of it again.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "linear.h"

#include <gimap4d/gimap4d.h>
#include <string.h>

#include "gimap4d/base/imap-trace.h"
#include "gimap4d/imap/imap-base-subject.h"
#include "gimap4d/imap/imap-mail-order.h"

static GEmail *
parse (GString *input)
{
  g_autoptr (GBytes) mime = g_bytes_new (input->str, input->len);

  return g_email_new_from_mime (mime, NULL);
}

static void
read_attachments (GEmail *email)
{
  GListModel *attachments = g_email_get_attachments (email);

  for (guint i = 0; i < g_list_model_get_n_items (attachments); i++)
    {
      g_autoptr (GMailAttachment) attachment = g_list_model_get_item (attachments, i);
      g_autoptr (GBytes) content = g_mail_attachment_get_content (attachment, NULL, NULL);
    }
}

/* All properties, all parts, all contents. */
static void
read_mail (GString *input)
{
  g_autoptr (GEmail) email = parse (input);
  g_autoptr (JsonNode) node = g_email_to_json (email);
  g_autofree char *text = json_to_string (node, FALSE);
  guint n;
  g_autofree GParamSpec **properties = g_object_class_list_properties (G_OBJECT_GET_CLASS (email),
                                                                       &n);

  for (guint i = 0; i < n; i++)
    {
      g_auto (GValue) value = G_VALUE_INIT;

      g_object_get_property (G_OBJECT (email), properties[i]->name, &value);
    }
  read_attachments (email);
}

static void
read_and_build (GString *input)
{
  g_autoptr (GEmail) email = parse (input);
  g_autoptr (GBytes) built = NULL;

  /* What is unchanged is not built. */
  g_email_set_comments (email, "x");
  built = g_email_to_mime (email, G_IMAP_CHARSET_MODE_AUTOMATIC, G_IMAP_CHARSET_MODE_AUTOMATIC,
                           NULL);
}

static void
build_subject (GString *input)
{
  g_autoptr (GEmail) email = g_email_new ();
  g_autoptr (GBytes) built = NULL;

  g_email_set_subject (email, input->str);
  built = g_email_to_mime (email, G_IMAP_CHARSET_MODE_AUTOMATIC, G_IMAP_CHARSET_MODE_AUTOMATIC,
                           NULL);
}

static void
build_text (GString *input)
{
  g_autoptr (GEmail) email = g_email_new ();
  g_autoptr (GBytes) quoted = NULL;
  g_autoptr (GBytes) encoded = NULL;

  g_email_set_text_body (email, input->str);
  g_email_set_html_body (email, input->str);
  quoted = g_email_to_mime (email, G_IMAP_CHARSET_MODE_ISO_8859_1, G_IMAP_CHARSET_MODE_ISO_8859_1,
                            NULL);
  encoded = g_email_to_mime (email, G_IMAP_CHARSET_MODE_UTF8_BASE64,
                             G_IMAP_CHARSET_MODE_UTF8_BASE64, NULL);
}

static void
build_addresses (GString *input)
{
  g_autoptr (GEmail) email = g_email_new ();
  g_autoptr (GBytes) built = NULL;

  g_email_set_addresses (email, "to", input->str, NULL);
  built = g_email_to_mime (email, G_IMAP_CHARSET_MODE_AUTOMATIC, G_IMAP_CHARSET_MODE_AUTOMATIC,
                           NULL);
}

static void
build_from_json (GString *input)
{
  g_autoptr (JsonNode) node = json_from_string (input->str, NULL);
  g_autoptr (GEmail) email = g_email_new_from_json (node, NULL);
  g_autoptr (GBytes) built = NULL;

  if (email != NULL)
    built = g_email_to_mime (email, G_IMAP_CHARSET_MODE_AUTOMATIC, G_IMAP_CHARSET_MODE_AUTOMATIC,
                             NULL);
}

static void
facts_clear (gpointer data)
{
  ImapMailFacts *facts = data;

  g_free (facts->subject);
  g_free (facts->message_id);
  g_strfreev (facts->references);
}

/* A mail is a line: its id, whom it answers. */
static void
read_threads (GString *input)
{
  g_autoptr (GArray) mails = g_array_new (FALSE, TRUE, sizeof (ImapMailFacts));
  g_auto (GStrv) lines = g_strsplit (input->str, "\n", -1);
  g_autoptr (ImapThreadTree) by_answers = NULL;
  g_autoptr (ImapThreadTree) by_subject = NULL;

  g_array_set_clear_func (mails, facts_clear);
  for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
    {
      g_auto (GStrv) words = g_strsplit (lines[i], " ", -1);
      ImapMailFacts facts = { .uid = i + 1,
                              .sent = i,
                              .subject = imap_base_subject ("Re: a", NULL),
                              .message_id = g_strdup (words[0]),
                              .references = g_strdupv (words + 1) };

      g_array_append_val (mails, facts);
    }
  by_answers = imap_mail_order_thread_references (mails);
  by_subject = imap_mail_order_thread_subjects (mails);
}

static void
read_base_subject (GString *input)
{
  g_autofree char *base = imap_base_subject (input->str, NULL);
  g_autofree char *folded = imap_casemap (base);
}

static void
blank_secret (GString *input)
{
  static const char *const secrets[] = { "hunter2", NULL };
  g_autofree char *blanked = imap_trace_blank (input->str, secrets);
}

static void
log_line (GString *input)
{
  g_autoptr (ImapTrace) trace = imap_trace_new ("/dev/null", NULL);

  imap_trace_add_secret (trace, "hunter2");
  for (gsize at = 0; at < input->len; at += 1021)
    imap_trace_received (trace, input->str + at, MIN (1021, input->len - at));
}

#define MULTIPART "Content-Type: multipart/mixed; boundary=b\n\n"
#define FILE_PART                                                                                  \
  "--b\nContent-Type: application/pdf; name=\"f%u\"\nContent-Transfer-Encoding: base64\n\nYWFh\n"
#define FILE_HEAD "Content-Type: application/pdf\nContent-Disposition: attachment"
#define ENCODED "Content-Type: application/x-a\nContent-Transfer-Encoding: "
#define CHARSET "Content-Type: text/plain; charset="
#define HTML "Content-Type: text/html; charset=utf-8\n\n"
#define BODY "\n\nbody"

const LinearPattern linear_mail[] = {
  { "M01-levels", 45, read_mail, "", "Content-Type: multipart/mixed; boundary=b%u\n\n--b%u\n",
    "\nthe bottom\n" },
  { "M01-too-many-levels", 1500, read_mail, "",
    "Content-Type: multipart/mixed; boundary=b%u\n\n--b%u\n", "\nthe bottom\n" },
  { "M01-messages", 45, read_mail, "", "Content-Type: message/rfc822\n\n", "\nthe bottom\n" },
  { "M01-too-many-messages", 3000, read_mail, "", "Content-Type: message/rfc822\n\n",
    "\nthe bottom\n" },
  { "M02-siblings", 1000, read_mail, MULTIPART, "--b\n\nx\n", "--b--\n" },
  { "M02-files", 500, read_mail, MULTIPART, FILE_PART, "--b--\n" },
  { "M02-alternatives", 500, read_mail, "Content-Type: multipart/alternative; boundary=b\n\n",
    "--b\nContent-Type: text/html\n\n<p>x\n", "--b--\n" },
  { "M02-texts", 500, read_mail, MULTIPART, "--b\nContent-Type: text/html\n\n<p>x\n", "--b--\n" },
  { "M02-multiparts", 500, read_mail, MULTIPART,
    "--b\nContent-Type: multipart/mixed; boundary=c%u\n\n--c%u\n\nx\n--c%u--\n", "--b--\n" },
  { "M02-messages", 500, read_mail, MULTIPART,
    "--b\nContent-Type: message/rfc822\n\nSubject: a\n\nx\n", "--b--\n" },
  { "M03-headers", 1500, read_mail, "", "X-%u: a\n", BODY },
  { "M03-headers-of-one-name", 1500, read_mail, "", "Subject: a\n", BODY },
  { "M03-headers-alike", 1500, read_mail, "", "X-%k: a\n", BODY },
  { "M03-headers-of-addresses", 1500, read_mail, "", "To: a@b.c\n", BODY },
  { "M03-headers-of-types", 1500, read_mail, "", "Content-Type: text/plain; charset=utf-8\n",
    BODY },
  { "M03-lines-that-are-none", 1500, read_mail, "", "no header\n", BODY },
  { "M04-long-header", 20000, read_mail, "Subject: ", "abcd ", BODY },
  { "M04-folded-header", 6000, read_mail, "Subject: ", "abcd\n ", BODY },
  { "M04-long-name", 20000, read_mail, "X", "abcd", ": a" BODY },
  { "M04-header-block", 60, read_mail, "", "X-%u: %L\n", BODY },
  { "M05-addresses", 1500, read_mail, "To: ", "a@b, ", BODY },
  { "M05-names", 1500, read_mail, "To: ", "\"N %u\" <a%u@b>,\n ", BODY },
  { "M05-groups", 1500, read_mail, "To: ", "g: a@b;", BODY },
  { "M05-open-groups", 1500, read_mail, "To: ", "g:", "a@b" BODY },
  { "M05-routes", 1500, read_mail, "To: <", "@a,", "@b:c@d>" BODY },
  { "M05-angles", 3000, read_mail, "To: ", "<", BODY },
  { "M05-quotes", 3000, read_mail, "To: ", "\"", BODY },
  { "M05-backslashes", 3000, read_mail, "To: \"", "\\", BODY },
  { "M05-ats", 3000, read_mail, "To: ", "@", BODY },
  { "M05-brackets", 3000, read_mail, "To: ", "[", BODY },
  { "M05-commas", 3000, read_mail, "To: ", ",", BODY },
  { "M05-dots", 3000, read_mail, "To: ", "a.", "@b" BODY },
  { "M05-references", 1500, read_mail, "References: ", "<a%u@b>\n ", BODY },
  { "M05-half-references", 3000, read_mail, "References: ", "<", BODY },
  { "M05-answers", 1500, read_mail, "In-Reply-To: ", "a@b ", BODY },
  { "M05-thread-of-one-mail", 400, read_threads, "m", " r%u", "\n" },
  { "M05-thread-of-answers", 400, read_threads, "", "m%u m%p\n", "" },
  { "M05-thread-of-answers-backwards", 400, read_threads, "", "m%r a%r m%u\n", "" },
  { "M05-thread-in-circles", 1500, read_threads, "", "m%u m%r m%p m%n\n", "" },
  { "M05-threads-of-one-subject", 1500, read_threads, "", "m%u\n", "" },
  { "M05-threads-alike", 1500, read_threads, "", "%k\n", "" },
  { "M06-comments", 3000, read_mail, "To: ", "(", BODY },
  { "M06-closed-comments", 3000, read_mail, "To: a@b ", "(", "", ")", BODY },
  { "M06-empty-comments", 3000, read_mail, "To: ", "()", "a@b" BODY },
  { "M06-comments-of-a-type", 3000, read_mail, "Content-Type: text/plain; ", "(", BODY },
  { "M06-comments-of-a-date", 450, read_mail, "Date: ", "(", "1 Jan 2026 10:00:00 +0000" BODY },
  { "M07-words", 1500, read_mail, "Subject: ", "=?utf-8?q?a?= ", BODY },
  { "M07-words-of-names", 1500, read_mail, "To: ", "=?utf-8?q?a?= ", "<a@b>" BODY },
  { "M07-words-that-are-none", 3000, read_mail, "Subject: ", "=?x?y?", BODY },
  { "M07-half-words", 3000, read_mail, "Subject: ", "=?x?q?", BODY },
  { "M07-begun-words", 3000, read_mail, "Subject: ", "=?", BODY },
  { "M07-words-without-space", 3000, read_mail, "Subject: ", "=?x?q?a?=", BODY },
  { "M07-empty-words", 1500, read_mail, "Subject: ", "=?utf-8?q?\?= ", BODY },
  { "M07-cut-letters", 1500, read_mail, "Subject: ", "=?utf-8?b?ww==?= ", BODY },
  { "M07-charsets", 1500, read_mail,
    "Subject: ", "=?utf-8?q?=C3=BC?= =?iso-8859-1?q?=FC?= ", BODY },
  { "M07-unknown-charsets", 1500, read_mail, "Subject: ", "=?fake%u?q?a?= ", BODY },
  { "M07-long-charset", 6000, read_mail, "Subject: =?", "a", "?q?a?=" BODY },
  { "M07-long-word", 6000, read_mail, "Subject: =?utf-8?q?", "=C3=BC", "?=" BODY },
  { "M07-base-subject", 3000, read_base_subject, "", "Re: [a] ", "x" },
  { "M07-base-subject-forwarded", 3000, read_base_subject, "", "[fwd: ", "x", "]" },
  { "M07-base-subject-marked", 3000, read_base_subject, "x", " (fwd)", "" },
  { "M07-base-subject-bracketed", 3000, read_base_subject, "", "[", "x" },
  { "M07-base-subject-blank", 3000, read_base_subject, "Re", " ", "x" },
  { "M08-segments", 45, read_mail, FILE_HEAD, ";\n filename*%u*=a", BODY },
  { "M08-segments-backwards", 45, read_mail, FILE_HEAD, ";\n filename*%r*=a", BODY },
  { "M08-too-many-segments", 300, read_mail, FILE_HEAD, ";\n filename*%u*=a", BODY },
  { "M08-segments-again", 300, read_mail, FILE_HEAD, ";\n filename*1=a", BODY },
  { "M08-parameters", 120, read_mail, FILE_HEAD, ";\n a%u=b", BODY },
  { "M08-too-many-parameters", 700, read_mail, FILE_HEAD, ";\n a%u=b", BODY },
  { "M08-parameters-alike", 100, read_mail, FILE_HEAD, ";\n %k=b", BODY },
  { "M08-parameters-again", 700, read_mail, FILE_HEAD, "; a=b", BODY },
  { "M08-empty-parameters", 3000, read_mail, FILE_HEAD, ";", BODY },
  { "M08-escapes", 1500, read_mail, FILE_HEAD "; filename*=utf-8''", "%%c3%%bc", BODY },
  { "M08-half-escapes", 1500, read_mail, FILE_HEAD "; filename*0*=", "%%", BODY },
  { "M08-quotes", 1500, read_mail, FILE_HEAD "; filename=\"", "\\\"", "\"" BODY },
  { "M09-lines-like-boundaries", 1500, read_mail, MULTIPART "--b\n\n", "--bx\n", "--b--\n" },
  { "M09-lines-of-dashes", 3000, read_mail, MULTIPART "--b\n\n", "--\n", "--b--\n" },
  { "M09-one-line-of-dashes", 6000, read_mail, MULTIPART "--b\n\n", "----", "\n--b--\n" },
  { "M09-blanks-behind-a-boundary", 6000, read_mail, MULTIPART, "--b  \t \n", "--b--\n" },
  { "M09-blanks-in-a-line", 3000, read_mail, MULTIPART "--b\n\n--", "    ", "x\n--b--\n" },
  { "M09-long-boundary", 450, read_mail, "Content-Type: multipart/mixed; boundary=b", "b",
    "\n\n--b\n\nx\n", "--bx\n" },
  { "M09-open-boundaries", 45, read_mail, "",
    "Content-Type: multipart/mixed; boundary=b%u\n\n--b%u\n", "\n",
    "--bx\n--bx\n--bx\n--bx\n--bx\n--bx\n--bx\n--bx\n--bx\n--bx\n--bx\n--bx\n--bx\n--bx\n--bx\n" },
  { "M09-boundaries-that-come-back", 45, read_mail, "",
    "Content-Type: multipart/mixed; boundary=b\n\n--b\n", "\nx\n", "--b\n\nx\n" },
  { "M10-base64", 6000, read_mail, ENCODED "base64\n\n", "AAAA", "" },
  { "M10-base64-of-short-lines", 6000, read_mail, ENCODED "base64\n\n", "A\n", "" },
  { "M10-base64-of-padding", 6000, read_mail, ENCODED "base64\n\n", "=", "" },
  { "M10-base64-of-junk", 6000, read_mail, ENCODED "base64\n\n", "*", "" },
  { "M10-quoted", 6000, read_mail, ENCODED "quoted-printable\n\n", "=3D", "" },
  { "M10-quoted-of-soft-breaks", 6000, read_mail, ENCODED "quoted-printable\n\n", "=\n", "" },
  { "M10-quoted-of-signs", 6000, read_mail, ENCODED "quoted-printable\n\n", "=", "" },
  { "M10-quoted-of-blanks", 6000, read_mail, ENCODED "quoted-printable\n\n", " ", "" },
  { "M10-uuencode", 3000, read_mail, ENCODED "x-uuencode\n\n", "begin 644 x\nM\n", "" },
  { "M11-unknown", 3000, read_mail, CHARSET "no-such\n\n", "\377\303", "" },
  { "M11-utf-8", 3000, read_mail, CHARSET "utf-8\n\n", "\377\303", "" },
  { "M11-utf-7", 3000, read_mail, CHARSET "utf-7\n\n", "+AOkA-+", "" },
  { "M11-utf-16", 3000, read_mail, CHARSET "utf-16\n\n", "%0a\330%0", "" },
  { "M11-iso-2022-jp", 3000, read_mail, CHARSET "iso-2022-jp\n\n", "\033$B\033(B", "" },
  { "M11-iso-2022-kr", 3000, read_mail, CHARSET "iso-2022-kr\n\n", "\016\017", "" },
  { "M11-gb18030", 3000, read_mail, CHARSET "gb18030\n\n", "\2000\377", "" },
  { "M12-long-name", 3000, read_mail, FILE_HEAD "; filename=\"", "../", "x\"" BODY },
  { "M12-controls", 1500, read_mail, FILE_HEAD "; filename*=utf-8''", "%%01%%e2%%80%%ae", BODY },
  { "M12-names-of-one-kind", 500, read_mail, MULTIPART,
    "--b\n" FILE_HEAD "; filename=\"a.pdf\"\n\nx\n", "--b--\n" },
  { "M13-empty-lines", 6000, read_mail, "Subject: a\n", "\n", "" },
  { "M13-returns", 6000, read_mail, "Subject: a\r", "b\r", "" },
  { "M13-text", 6000, read_mail, "Subject: a\n\n", "text > of a mail\r\n", "" },
  { "M13-nuls", 6000, read_mail, "Subject: a\n\n", "%0", "" },
  { "M13-html-of-tags", 3000, read_mail, HTML, "<p>a</p>", "" },
  { "M13-html-of-open-tags", 3000, read_mail, HTML, "<a ", "" },
  { "M13-html-of-comments", 3000, read_mail, HTML, "<!--", "" },
  { "M13-html-of-styles", 3000, read_mail, HTML, "<style></", "" },
  { "M13-html-of-entities", 3000, read_mail, HTML, "&amp;&#99999999;&x", "" },
  { "M13-html-of-digits", 3000, read_mail, HTML "&#", "9", "" },
  { "M13-html-of-blanks", 3000, read_mail, HTML "&#", "\n", "" },
  { "M14-returns-in-a-header", 3000, read_mail, "Subject: a", "\rb", BODY },
  { "M14-nuls-in-a-header", 3000, read_mail, "Subject: a", "%0b", BODY },
  { "M14-headers-again", 700, read_mail, "", "From: a@b\nContent-Type: text/html\nSubject : a\n",
    BODY },
  { "M15-date", 200, read_mail, "Date: ", "1 ", BODY },
  { "M15-long-date", 3000, read_mail, "Date: 1 Jan ", "9", " 10:00:00 +0000" BODY },
  { "M15-dates", 1500, read_mail, "", "Date: 1 Jan %u 99:99:99 +9999\n", BODY },
  { "M16-subject", 1500, build_subject, "", "Grüße ", "" },
  { "M16-subject-without-blanks", 3000, build_subject, "", "ü", "" },
  { "M16-subject-of-one-word", 3000, build_subject, "", "a", "" },
  { "M16-text", 3000, build_text, "", "Grüße <p> = ", "" },
  { "M16-text-of-lines", 1500, build_text, "", "From ü\n.\n", "" },
  { "M16-addresses", 500, build_addresses, "", "\"Nü %u\" <a%u@b>, ", "c@d" },
  { "M16-parts", 300, read_and_build, MULTIPART, FILE_PART, "--b--\n" },
  { "M16-headers", 700, read_and_build, "", "X-%u: a\n", BODY },
  { "M16-references", 700, read_and_build, "References: ", "<a%u@b>\n ", BODY },
  { "M16-json", 500, build_from_json, "{\"subject\":\"a\",\"to\":[",
    "{\"email\":\"a%u@b\",\"name\":\"ü\"},", "{\"email\":\"c@d\"}]}" },
  { "S01-log", 20000, log_line, "", "hunter2 ", "\r\n" },
  { "S04-echo", 3000, blank_secret, "BAD ", "hunter2 ", "" },
  { "S04-echo-in-base64", 3000, blank_secret, "BAD ", "aHVudGVyMg", "" },
  { NULL },
};
