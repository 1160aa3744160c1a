/* One mail, as much of it as a page shows: a large one is not fetched for its text.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/cli/serve/serve-letter.h"

#include <string.h>

/* Of a mail beyond this size only its text is fetched, and not more of it than this. */
#define LARGEST_WHOLE (1024 * 1024)
#define DEEPEST_PART 20

void
serve_letter_free (gpointer data)
{
  ServeLetter *letter = data;

  g_clear_object (&letter->mail);
  g_clear_object (&letter->summary);
  g_free (letter->text);
  g_free (letter->html);
  g_free (letter);
}

/* The first part of a type that is no attachment. */
static GEmailBodyPart *
find_part (GEmailBodyPart *part, const char *type, guint depth)
{
  GListModel *parts = g_email_body_part_get_sub_parts (part);
  const char *part_type = g_email_body_part_get_content_type (part);
  const char *disposition = g_email_body_part_get_disposition (part);

  if (part_type != NULL && g_ascii_strcasecmp (part_type, type) == 0 &&
      g_email_body_part_get_part_id (part) != NULL &&
      (disposition == NULL || g_ascii_strcasecmp (disposition, "attachment") != 0))
    return g_object_ref (part);
  if (parts == NULL || depth >= DEEPEST_PART ||
      (part_type != NULL && g_ascii_strncasecmp (part_type, "message/", 8) == 0))
    return NULL;

  for (guint i = 0; i < g_list_model_get_n_items (parts); i++)
    {
      g_autoptr (GEmailBodyPart) sub_part = g_list_model_get_item (parts, i);
      GEmailBodyPart *found = find_part (sub_part, type, depth + 1);

      if (found != NULL)
        return found;
    }

  return NULL;
}

static char *
decode (const char *bytes, gsize size, const char *charset)
{
  g_autofree char *text = NULL;
  /* Asked for, so that a letter that was cut in two at the end is no error. */
  gsize n_read = 0;

  if (charset != NULL)
    text = g_convert_with_fallback (bytes, (gssize) size, "UTF-8", charset, "\xef\xbf\xbd", &n_read,
                                    NULL, NULL);

  return text != NULL ? g_utf8_make_valid (text, -1) : g_utf8_make_valid (bytes, (gssize) size);
}

static char *
read_part (ServeLetter *letter,
           GImapTransporter *transporter,
           GEmailBodyPart *part,
           GCancellable *cancellable,
           GError **error)
{
  g_autoptr (GInputStream) stream = NULL;
  g_autofree char *bytes = g_malloc (LARGEST_WHOLE + 1);
  gsize size = 0;

  stream = g_imap_transporter_open_part (transporter, g_email_get_id (letter->mail),
                                         g_email_body_part_get_part_id (part), cancellable, error);
  if (stream == NULL ||
      !g_input_stream_read_all (stream, bytes, LARGEST_WHOLE + 1, &size, cancellable, error))
    return NULL;

  if (size > LARGEST_WHOLE)
    letter->is_cut = TRUE;

  return decode (bytes, MIN (size, LARGEST_WHOLE), g_email_body_part_get_charset (part));
}

static gboolean
load_parts (ServeLetter *letter,
            GImapTransporter *transporter,
            GCancellable *cancellable,
            GError **error)
{
  GEmailBodyPart *structure = g_email_get_body_structure (letter->summary);
  g_autoptr (GEmailBodyPart) text = NULL;
  g_autoptr (GEmailBodyPart) html = NULL;

  if (structure == NULL)
    return TRUE;

  text = find_part (structure, "text/plain", 0);
  html = find_part (structure, "text/html", 0);
  if (text != NULL)
    letter->text = read_part (letter, transporter, text, cancellable, error);
  if (html != NULL && (text == NULL || letter->text != NULL))
    letter->html = read_part (letter, transporter, html, cancellable, error);

  return (text == NULL || letter->text != NULL) && (html == NULL || letter->html != NULL);
}

static gboolean
load (ServeLetter *letter,
      GImapTransporter *transporter,
      const char *id,
      GCancellable *cancellable,
      GError **error)
{
  gboolean is_large = FALSE;

  letter->summary = g_imap_transporter_get_mail (transporter, id, G_IMAP_FETCH_SUMMARY, cancellable,
                                                 error);
  if (letter->summary == NULL)
    return FALSE;

  is_large = g_email_get_size (letter->summary) > LARGEST_WHOLE;
  letter->mail = g_imap_transporter_get_mail (
      transporter, id, is_large ? G_IMAP_FETCH_HEADERS : G_IMAP_FETCH_WITH_BODY, cancellable,
      error);
  if (letter->mail == NULL)
    return FALSE;
  if (is_large)
    return load_parts (letter, transporter, cancellable, error);

  letter->text = g_strdup (g_email_get_text_body (letter->mail));
  letter->html = g_strdup (g_email_get_html_body (letter->mail));

  return TRUE;
}

ServeLetter *
serve_letter_load (GImapTransporter *transporter,
                   const char *id,
                   GCancellable *cancellable,
                   GError **error)
{
  g_autoptr (ServeLetter) letter = g_new0 (ServeLetter, 1);

  return load (letter, transporter, id, cancellable, error) ? g_steal_pointer (&letter) : NULL;
}
