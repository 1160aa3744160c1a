/* The content of a received mail: its parts, wherever their bytes are.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/mail/email-content.h"

#include "gimap4d/mail/email-charset.h"
#include "gimap4d/mail/email-decode.h"
#include "gimap4d/mail/email-mime.h"
#include "gimap4d/mail/email-structure.h"

struct _EmailContent
{
  gatomicrefcount ref_count;
  EmailSource *source;
  EmailMime *mime;           /* nullable */
  EmailStructure *structure; /* the source's, when there is no mime */
};

EmailContent *
email_content_new (EmailSource *source)
{
  g_autoptr (GBytes) bytes = NULL;
  EmailStructure *structure = NULL;
  EmailContent *self;

  g_assert (source != NULL);

  if (source->klass->dup_mime != NULL)
    bytes = source->klass->dup_mime (source);
  if (bytes == NULL && source->klass->dup_structure != NULL)
    structure = source->klass->dup_structure (source);
  if (bytes == NULL && structure == NULL)
    return NULL;

  self = g_new0 (EmailContent, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->source = email_source_ref (source);
  self->mime = bytes != NULL ? email_mime_new (bytes) : NULL;
  self->structure = structure;

  return self;
}

EmailContent *
email_content_ref (EmailContent *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
email_content_unref (EmailContent *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  email_source_unref (self->source);
  g_clear_pointer (&self->mime, email_mime_free);
  email_structure_free (self->structure);
  g_free (self);
}

const EmailStructure *
email_content_get_structure (EmailContent *self)
{
  return self->mime != NULL ? email_mime_get_structure (self->mime) : self->structure;
}

EmailSource *
email_content_get_source (EmailContent *self)
{
  return self->source;
}

gboolean
email_content_is_here (EmailContent *self)
{
  return self->mime != NULL;
}

GBytes *
email_content_dup_header (EmailContent *self, const EmailStructure *part)
{
  g_assert (self->mime != NULL);

  return email_mime_dup_header (self->mime, part);
}

GBytes *
email_content_dup_raw (EmailContent *self, const EmailStructure *part)
{
  g_assert (self->mime != NULL);

  return email_mime_dup_body (self->mime, part);
}

/* In place: CRLF and a lone CR become LF. */
static void
unify_line_ends (char *text)
{
  char *out = text;

  for (const char *in = text; *in != '\0'; in++)
    {
      if (*in == '\r' && in[1] == '\n')
        continue;
      *out++ = *in == '\r' ? '\n' : *in;
    }
  *out = '\0';
}

char *
email_content_dup_text (EmailContent *self,
                        const EmailStructure *part,
                        gsize max_raw,
                        gboolean *out_problem)
{
  g_autoptr (GBytes) raw = email_content_dup_raw (self, part);
  g_autoptr (GBytes) decoded = email_decode_bytes (raw, part->encoding, max_raw);
  gboolean is_problem;
  gsize size;
  const char *bytes = g_bytes_get_data (decoded, &size);
  char *text = email_charset_to_utf8 (email_structure_get_charset (part), bytes, size, &is_problem);

  unify_line_ends (text);
  if (out_problem != NULL)
    {
      bytes = g_bytes_get_data (raw, &size);
      *out_problem = is_problem || !email_encoding_is_well_formed (part->encoding, bytes, size);
    }

  return text;
}

static gboolean
is_type (const EmailStructure *part, const char *type)
{
  return g_strcmp0 (part->type, type) == 0;
}

static gboolean
is_media (const EmailStructure *part)
{
  return part->type != NULL &&
         (g_str_has_prefix (part->type, "image/") || g_str_has_prefix (part->type, "audio/") ||
          g_str_has_prefix (part->type, "video/"));
}

static gboolean
is_shown_inline (const EmailStructure *part, guint position, const char *container)
{
  if (g_strcmp0 (part->disposition, "attachment") == 0)
    return FALSE;

  if (!is_type (part, "text/plain") && !is_type (part, "text/html") && !is_media (part))
    return FALSE;

  return position == 0 || (!g_str_equal (container, "multipart/related") &&
                           (is_media (part) || email_structure_get_raw_name (part) == NULL));
}

static void
add_part (GPtrArray *parts, const EmailStructure *part)
{
  if (parts != NULL)
    g_ptr_array_add (parts, (gpointer) part);
}

static void
add_from (GPtrArray *to, GPtrArray *from, guint start)
{
  for (guint i = start; i < from->len; i++)
    g_ptr_array_add (to, from->pdata[i]);
}

/* The algorithm of RFC 8621, 4.1.4. An array that is NULL takes nothing any more: the two forms of
 * the text have parted ways. */
static void
sort_children (const EmailStructure *container,
               gboolean is_in_alternative,
               GPtrArray *text,
               GPtrArray *html)
{
  gboolean is_choice = is_type (container, "multipart/alternative");
  gboolean has_both = is_choice && text != NULL && html != NULL;
  guint n_text = text != NULL ? text->len : 0;
  guint n_html = html != NULL ? html->len : 0;

  for (guint i = 0; i < container->parts->len; i++)
    {
      const EmailStructure *part = container->parts->pdata[i];
      gboolean is_plain = is_type (part, "text/plain");
      gboolean is_html = is_type (part, "text/html");

      if (email_structure_is_multipart (part))
        {
          sort_children (part, is_in_alternative || is_type (part, "multipart/alternative"), text,
                         html);
          continue;
        }
      if (!is_shown_inline (part, i, container->type))
        continue;

      if (!is_choice && is_in_alternative && is_plain)
        html = NULL;
      if (!is_choice && is_in_alternative && is_html)
        text = NULL;
      if (!is_choice || is_plain)
        add_part (text, part);
      if (!is_choice || is_html)
        add_part (html, part);
    }

  /* One form only was offered: it stands for the other too. */
  if (has_both && n_text == text->len)
    add_from (text, html, n_html);
  else if (has_both && n_html == html->len)
    add_from (html, text, n_text);
}

static void
collect_leaves (const EmailStructure *part, GPtrArray *leaves)
{
  if (!email_structure_is_multipart (part))
    g_ptr_array_add (leaves, (gpointer) part);
  else
    for (guint i = 0; i < part->parts->len; i++)
      collect_leaves (part->parts->pdata[i], leaves);
}

static GHashTable *
make_set (GPtrArray *parts, const char *type)
{
  GHashTable *set = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < parts->len; i++)
    if (is_type (parts->pdata[i], type))
      g_hash_table_add (set, parts->pdata[i]);

  return set;
}

void
email_content_sort_parts (EmailContent *self,
                          GPtrArray *text,
                          GPtrArray *html,
                          GPtrArray *attachments)
{
  g_autoptr (GPtrArray) leaves = g_ptr_array_new ();
  g_autoptr (GPtrArray) for_text = g_ptr_array_new ();
  g_autoptr (GPtrArray) for_html = g_ptr_array_new ();
  g_autoptr (GPtrArray) top = g_ptr_array_new ();
  g_autoptr (GHashTable) plain_parts = NULL;
  g_autoptr (GHashTable) html_parts = NULL;
  const EmailStructure *root = email_content_get_structure (self);
  EmailStructure wrapper = { .type = (char *) "multipart/mixed", .parts = top };

  g_ptr_array_add (top, (gpointer) root);
  sort_children (&wrapper, FALSE, for_text, for_html);
  plain_parts = make_set (for_text, "text/plain");
  html_parts = make_set (for_html, "text/html");

  collect_leaves (root, leaves);
  for (guint i = 0; i < leaves->len; i++)
    {
      if (g_hash_table_contains (plain_parts, leaves->pdata[i]))
        g_ptr_array_add (text, leaves->pdata[i]);
      else if (g_hash_table_contains (html_parts, leaves->pdata[i]))
        g_ptr_array_add (html, leaves->pdata[i]);
      else
        g_ptr_array_add (attachments, leaves->pdata[i]);
    }
}
