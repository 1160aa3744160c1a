/* Answers to browsers: pages and files, each with the headers that keep it harmless.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/cli/serve/serve-answer.h"

#include <string.h>

#include "gimap4d/cli/serve/page-notice.h"

#define SAY(text) page_words_get (view->words, text)

/* Our own pages: everything from here, no script or style in the page itself. */
#define PAGE_POLICY                                                                                \
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "                \
  "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "                    \
  "frame-ancestors 'none'"

/* What the HTML of a mail may do: look like something, and open a link in a window of its own. */
#define LETTER_POLICY(images)                                                                      \
  "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "                      \
  "style-src 'unsafe-inline'; img-src 'self' data:" images "; base-uri 'none'; "                   \
  "form-action 'none'; frame-ancestors 'self'"

/* A file that somehow comes to be shown as a page. */
#define FILE_POLICY "sandbox; default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'"

#define ASSETS "/org/gimap4d/serve/"
#define MOST_TYPE 200

static void
set_header (GOutgoingMessage *message, const char *name, const char *value)
{
  gboolean is_set = g_outgoing_message_set_header (message, name, value, NULL);

  g_assert (is_set);
}

static void
set_common_headers (GOutgoingMessage *message, const char *policy)
{
  set_header (message, "Content-Security-Policy", policy);
  set_header (message, "Cross-Origin-Opener-Policy", "same-origin");
  set_header (message, "X-DNS-Prefetch-Control", "off");
  set_header (message, "Cache-Control", "private, no-cache");
}

static void
set_html (GOutgoingMessage *message, const char *html)
{
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, html, -1);
  gboolean is_set = g_outgoing_message_set_text (message, html, NULL) &&
                    g_outgoing_message_set_etag (message, digest, NULL);

  g_assert (is_set);
  set_header (message, "Content-Type", "text/html; charset=utf-8");
}

/* The referrer tells our own forms from those of others, and nobody else. */
GOutgoingMessage *
serve_answer_page (char *html, int status)
{
  GOutgoingMessage *message = g_outgoing_message_new ();

  set_html (message, html);
  set_common_headers (message, PAGE_POLICY);
  set_header (message, "Referrer-Policy", "same-origin");
  set_header (message, "Cross-Origin-Resource-Policy", "same-origin");
  set_header (message, "Vary", "Accept-Language, Cookie");
  /* A mail on the page is text of a stranger, and a key may stand beside it. */
  g_outgoing_message_set_is_secret (message, TRUE);
  g_outgoing_message_set_status (message, status, NULL);
  g_free (html);

  return message;
}

/* Whether the mail server says that there is no such box or mail; not all say it in these words. */
gboolean
serve_answer_is_missing (const GError *error)
{
  const int codes[] = { G_IMAP_ERROR_NOT_FOUND, G_IMAP_ERROR_NONEXISTENT, G_IMAP_ERROR_NO,
                        G_IMAP_ERROR_INVALID_ARGUMENT, G_IMAP_ERROR_UIDVALIDITY_CHANGED };

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    if (g_error_matches (error, G_IMAP_ERROR, codes[i]))
      return TRUE;

  return FALSE;
}

static gboolean
is_timeout (const GError *error)
{
  return error->domain == G_IMAP_ERROR && error->code >= G_IMAP_ERROR_TIMEOUT_CONNECT &&
         error->code <= G_IMAP_ERROR_TIMEOUT_IDLE;
}

/* The library opens a lost connection again by itself, so that to try again is enough. */
GOutgoingMessage *
serve_answer_error (const PageView *view, const GError *error, const char *retry)
{
  if (serve_answer_is_missing (error))
    return serve_answer_page (
        page_notice_build (view, SAY (N_ ("Not here")),
                           SAY (N_ ("This box or mail does not exist, or not any more.")),
                           error->message, NULL),
        404);

  return serve_answer_page (
      page_notice_build (view, SAY (N_ ("The mail server does not answer as it should")),
                         SAY (N_ ("It may work again in a moment.")), error->message, retry),
      is_timeout (error) ? 504 : 502);
}

GOutgoingMessage *
serve_answer_missing (const PageView *view)
{
  return serve_answer_page (page_notice_build (view, SAY (N_ ("Not here")),
                                               SAY (N_ ("There is no such page.")), NULL, NULL),
                            404);
}

GOutgoingMessage *
serve_answer_closed (const PageView *view)
{
  return serve_answer_page (
      page_notice_build (view, SAY (N_ ("This mailbox is closed")),
                         SAY (N_ ("It opens with the address that the program shows where it was "
                                  "started; each is good for one browser.")),
                         NULL, NULL),
      403);
}

GOutgoingMessage *
serve_answer_redirect (const char *link)
{
  GOutgoingMessage *message = g_outgoing_message_new ();

  g_outgoing_message_set_redirect (message, link, 303, NULL);
  set_header (message, "Cache-Control", "no-store");

  return message;
}

static const char *
get_asset_type (const char *name)
{
  if (g_str_has_suffix (name, ".css"))
    return "text/css; charset=utf-8";
  if (g_str_has_suffix (name, ".js"))
    return "text/javascript; charset=utf-8";

  return "image/svg+xml";
}

/* NULL if there is none. They hold nothing of the user: everybody may have them. */
GOutgoingMessage *
serve_answer_asset (const char *name)
{
  g_autofree char *path = g_strconcat (ASSETS, name, NULL);
  g_autoptr (GBytes) bytes = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  g_autofree char *digest = NULL;
  GOutgoingMessage *message = NULL;

  if (bytes == NULL)
    return NULL;

  digest = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  message = g_outgoing_message_new ();
  g_outgoing_message_set_bytes (message, bytes, NULL);
  g_outgoing_message_set_etag (message, digest, NULL);
  set_header (message, "Content-Type", get_asset_type (name));
  set_common_headers (message, FILE_POLICY);
  set_header (message, "Cross-Origin-Resource-Policy", "same-origin");

  return message;
}

GOutgoingMessage *
serve_answer_letter (const char *html, gboolean with_images)
{
  GOutgoingMessage *message = g_outgoing_message_new ();

  set_html (message, html);
  set_common_headers (message, with_images ? LETTER_POLICY (" https: http:") : LETTER_POLICY (""));
  set_header (message, "Referrer-Policy", "no-referrer");
  g_outgoing_message_set_is_secret (message, TRUE);

  return message;
}

GOutgoingMessage *
serve_answer_not_modified (const char *etag)
{
  GOutgoingMessage *message = g_outgoing_message_new ();

  g_outgoing_message_set_etag (message, etag, NULL);
  g_outgoing_message_set_status (message, 304, NULL);
  set_header (message, "Cache-Control", "private, no-cache");

  return message;
}

/* A mail may name any type, also one that is none. */
static void
set_stream (GOutgoingMessage *message, GInputStream *stream, const char *content_type)
{
  if (content_type != NULL && strlen (content_type) < MOST_TYPE &&
      strchr (content_type, '/') != NULL &&
      g_outgoing_message_set_stream (message, stream, -1, content_type, NULL))
    return;

  g_outgoing_message_set_stream (message, stream, -1, "application/octet-stream", NULL);
}

GOutgoingMessage *
serve_answer_stream (GInputStream *stream, const ServeFile *file)
{
  GOutgoingMessage *message = g_outgoing_message_new ();

  set_stream (message, stream, file->content_type);
  set_common_headers (message, FILE_POLICY);
  set_header (message, "Referrer-Policy", "no-referrer");
  set_header (message, "Cross-Origin-Resource-Policy",
              file->is_for_frames ? "cross-origin" : "same-origin");
  g_outgoing_message_set_etag (message, file->etag, NULL);
  if (file->name != NULL && !g_outgoing_message_set_attachment_name (message, file->name, NULL))
    set_header (message, "Content-Disposition", "attachment");

  return message;
}
