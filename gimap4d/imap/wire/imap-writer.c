/* Builds one command.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/wire/imap-writer.h"

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/wire/imap-utf7.h"
#include "gimap4d/imap/wire/imap-writer-private.h"

#include <string.h>

ImapWriter *
imap_writer_new (const char *name, ImapWriterFeatures features)
{
  ImapWriter *writer = g_new0 (ImapWriter, 1);

  writer->name = g_strdup (name);
  writer->features = features;
  writer->text = g_string_new (NULL);
  writer->segments = g_ptr_array_new_with_free_func ((GDestroyNotify) imap_segment_free);

  return writer;
}

void
imap_writer_free (ImapWriter *writer)
{
  if (writer == NULL)
    return;

  g_free (writer->name);
  g_string_free (writer->text, TRUE);
  g_clear_pointer (&writer->segments, g_ptr_array_unref);
  g_clear_error (&writer->error);
  g_free (writer);
}

void
imap_segment_free (ImapSegment *segment)
{
  if (segment == NULL)
    return;

  g_clear_pointer (&segment->bytes, g_bytes_unref);
  g_free (segment);
}

gboolean
imap_writer_fail (ImapWriter *writer, const char *format, ...)
{
  g_autofree char *reason = NULL;
  va_list arguments;

  if (writer->error != NULL)
    return FALSE;

  va_start (arguments, format);
  reason = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (&writer->error, G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT,
               _ ("Value %u of the command %s cannot be sent: %s"), writer->n_values, writer->name,
               reason);

  return FALSE;
}

gboolean
imap_text_is_ascii (const char *text)
{
  for (; *text != '\0'; text++)
    if ((guchar) *text >= 0x80)
      return FALSE;

  return TRUE;
}

gboolean
imap_writer_check_text (ImapWriter *writer, const char *text)
{
  const char *invalid;

  for (const char *at = text; *at != '\0'; at++)
    if (g_ascii_iscntrl (*at))
      return imap_writer_fail (writer, _ ("it has the control character 0x%02X at octet %zu"),
                               (guint) *at, (gsize) (at - text));
  if (!g_utf8_validate (text, -1, &invalid))
    return imap_writer_fail (writer, _ ("it is no valid UTF-8 at octet %zu"),
                             (gsize) (invalid - text));

  return TRUE;
}

static void
add_segment (ImapWriter *writer, GBytes *bytes, gboolean waits, gboolean secret)
{
  ImapSegment *segment = g_new (ImapSegment, 1);

  segment->bytes = bytes;
  segment->waits = waits;
  segment->secret = secret;
  g_ptr_array_add (writer->segments, segment);
}

static void
end_text (ImapWriter *writer)
{
  writer->text_size += writer->text->len;
  if (writer->text->len == 0)
    return;

  add_segment (writer, g_string_free_to_bytes (writer->text), FALSE, FALSE);
  writer->text = g_string_new (NULL);
}

/* Writes the head of a literal; TRUE when its octets may go with it, unasked. */
static gboolean
put_literal_head (ImapWriter *writer, gsize size)
{
  gboolean unasked = (writer->features & IMAP_WRITER_LITERAL_PLUS) != 0 ||
                     ((writer->features & IMAP_WRITER_LITERAL_MINUS) != 0 &&
                      size <= IMAP_LIMIT_LITERAL_MINUS);

  g_string_append_printf (writer->text, unasked ? "{%zu+}\r\n" : "{%zu}\r\n", size);

  return unasked;
}

void
imap_writer_put_literal (ImapWriter *writer, const char *data, gsize length)
{
  if (put_literal_head (writer, length))
    {
      g_string_append_len (writer->text, data, length);
      return;
    }

  end_text (writer);
  add_segment (writer, g_bytes_new (data, length), TRUE, FALSE);
}

/* What is quoted lies on the line, where some servers have little room and all want one charset. */
static gboolean
can_be_quoted (ImapWriter *writer, const char *data, gsize length)
{
  if (length > IMAP_LIMIT_QUOTED_SENT)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    {
      guchar c = data[i];

      if (g_ascii_iscntrl (c) || (c >= 0x80 && (writer->features & IMAP_WRITER_UTF8) == 0))
        return FALSE;
    }

  return g_utf8_validate (data, length, NULL);
}

/* @to has room for 2 * @length + 2. */
static gsize
quote (char *to, const char *data, gsize length)
{
  gsize n = 0;

  to[n++] = '"';
  for (gsize i = 0; i < length; i++)
    {
      if (data[i] == '"' || data[i] == '\\')
        to[n++] = '\\';
      to[n++] = data[i];
    }
  to[n++] = '"';

  return n;
}

void
imap_writer_put_string (ImapWriter *writer, const char *data, gsize length)
{
  gsize before = writer->text->len;

  if (!can_be_quoted (writer, data, length))
    {
      imap_writer_put_literal (writer, data, length);
      return;
    }

  g_string_set_size (writer->text, before + 2 * length + 2);
  g_string_truncate (writer->text, before + quote (writer->text->str + before, data, length));
}

void
imap_writer_space (ImapWriter *writer)
{
  g_string_append_c (writer->text, ' ');
}

void
imap_writer_char (ImapWriter *writer, char c)
{
  g_assert (g_ascii_isprint (c));

  g_string_append_c (writer->text, c);
}

void
imap_writer_raw (ImapWriter *writer, const char *text)
{
  if (imap_writer_check_text (writer, text))
    g_string_append (writer->text, text);
}

static gboolean
is_atom_char (char c)
{
  return g_ascii_isgraph (c) && strchr ("(){%*\"\\]", c) == NULL;
}

void
imap_writer_atom (ImapWriter *writer, const char *atom)
{
  writer->n_values++;
  if (*atom == '\0')
    imap_writer_fail (writer, _ ("it is empty"));
  for (const char *at = atom; *at != '\0'; at++)
    if (!is_atom_char (*at))
      {
        imap_writer_fail (writer,
                          _ ("it has the octet 0x%02X, which no atom can have, at octet %zu"),
                          (guchar) *at, (gsize) (at - atom));
        return;
      }

  g_string_append (writer->text, atom);
}

void
imap_writer_flag (ImapWriter *writer, const char *flag)
{
  const char *word = *flag == '\\' ? flag + 1 : flag;

  writer->n_values++;
  if (*word == '\0')
    imap_writer_fail (writer, _ ("it is an empty flag"));
  for (const char *at = word; *at != '\0'; at++)
    /* Gmail has keywords with a closing bracket, and takes them back. */
    if (!is_atom_char (*at) && *at != ']')
      {
        imap_writer_fail (writer,
                          _ ("it has the octet 0x%02X, which no flag can have, at octet %zu"),
                          (guchar) *at, (gsize) (at - flag));
        return;
      }

  g_string_append (writer->text, flag);
}

void
imap_writer_number (ImapWriter *writer, guint64 number)
{
  writer->n_values++;
  g_string_append_printf (writer->text, "%" G_GUINT64_FORMAT, number);
}

void
imap_writer_astring (ImapWriter *writer, const char *text)
{
  writer->n_values++;
  if (imap_writer_check_text (writer, text))
    imap_writer_put_string (writer, text, strlen (text));
}

void
imap_writer_header_field (ImapWriter *writer, const char *name)
{
  gboolean is_atom = *name != '\0';

  for (const char *at = name; *at != '\0'; at++)
    is_atom = is_atom && is_atom_char (*at);
  if (is_atom)
    imap_writer_atom (writer, name);
  else
    imap_writer_astring (writer, name);
}

void
imap_writer_nstring (ImapWriter *writer, const char *text)
{
  if (text != NULL)
    {
      imap_writer_astring (writer, text);
      return;
    }

  writer->n_values++;
  g_string_append (writer->text, "NIL");
}

typedef struct
{
  gsize length;
  char data[];
} Secret;

static void
wipe_secret (gpointer data)
{
  Secret *secret = data;

  explicit_bzero (secret->data, secret->length);
  g_free (secret);
}

/* Room for a secret that is wiped with its segment. */
static Secret *
secret_new (gsize size)
{
  return g_malloc0 (sizeof (Secret) + size);
}

static void
add_secret (ImapWriter *writer, Secret *secret, gboolean waits)
{
  end_text (writer);
  add_segment (writer,
               g_bytes_new_with_free_func (secret->data, secret->length, wipe_secret, secret),
               waits, TRUE);
}

void
imap_writer_secret (ImapWriter *writer, const char *text)
{
  gsize length = strlen (text);
  gboolean waits = FALSE;
  Secret *secret;

  writer->n_values++;
  if (!imap_writer_check_text (writer, text))
    return;

  secret = secret_new (2 * length + 2);
  if (can_be_quoted (writer, text, length))
    {
      secret->length = quote (secret->data, text, length);
    }
  else
    {
      waits = !put_literal_head (writer, length);
      memcpy (secret->data, text, length);
      secret->length = length;
    }
  add_secret (writer, secret, waits);
}

void
imap_writer_secret_raw (ImapWriter *writer, const char *text)
{
  gsize length = strlen (text);
  Secret *secret;

  writer->n_values++;
  if (!imap_writer_check_text (writer, text))
    return;

  secret = secret_new (length);
  secret->length = length;
  memcpy (secret->data, text, length);
  add_secret (writer, secret, FALSE);
}

void
imap_writer_box (ImapWriter *writer, const char *name)
{
  g_autofree char *encoded = NULL;

  writer->n_values++;
  if (!imap_writer_check_text (writer, name))
    return;
  if (strlen (name) > IMAP_LIMIT_BOX_NAME)
    {
      imap_writer_fail (writer, _ ("the name of a box has %zu octets, where at most %zu are taken"),
                        strlen (name), (gsize) IMAP_LIMIT_BOX_NAME);
      return;
    }

  if (g_ascii_strcasecmp (name, "INBOX") == 0)
    encoded = g_strdup ("INBOX");
  else if ((writer->features & IMAP_WRITER_UTF8) != 0)
    encoded = g_strdup (name);
  else
    encoded = imap_utf7_encode (name);
  imap_writer_put_string (writer, encoded, strlen (encoded));
}

void
imap_writer_box_raw (ImapWriter *writer, const char *raw_name)
{
  writer->n_values++;
  if (strlen (raw_name) > IMAP_LIMIT_BOX_NAME || strpbrk (raw_name, "\r\n") != NULL)
    {
      imap_writer_fail (writer, _ ("the name of a box has %zu octets or a line break"),
                        strlen (raw_name));
      return;
    }

  imap_writer_put_string (writer, raw_name, strlen (raw_name));
}

void
imap_writer_set (ImapWriter *writer, const ImapUidSet *uids)
{
  g_autofree char *text = imap_uid_set_to_string ((ImapUidSet *) uids);

  writer->n_values++;
  if (*text == '\0')
    imap_writer_fail (writer, _ ("it is an empty set of ids"));

  g_string_append (writer->text, text);
}

void
imap_writer_literal (ImapWriter *writer, GBytes *bytes)
{
  gboolean unasked;

  writer->n_values++;
  unasked = put_literal_head (writer, g_bytes_get_size (bytes));
  end_text (writer);
  add_segment (writer, g_bytes_ref (bytes), !unasked, FALSE);
}

static void
add_asked_literal (ImapWriter *writer, GBytes *bytes, guint64 size, gboolean is_binary)
{
  writer->n_values++;
  g_string_append_printf (writer->text, "%s{%" G_GUINT64_FORMAT "}\r\n", is_binary ? "~" : "",
                          size);
  end_text (writer);
  add_segment (writer, bytes, TRUE, FALSE);
}

void
imap_writer_literal8 (ImapWriter *writer, GBytes *bytes)
{
  add_asked_literal (writer, g_bytes_ref (bytes), g_bytes_get_size (bytes), TRUE);
}

void
imap_writer_literal_to_feed (ImapWriter *writer, guint64 size, gboolean is_binary)
{
  add_asked_literal (writer, NULL, size, is_binary);
}

static gboolean
check_head (ImapWriter *writer, const char *tag)
{
  if (!imap_writer_check_text (writer, writer->name) || !imap_writer_check_text (writer, tag))
    return FALSE;
  if (writer->text_size > IMAP_LIMIT_COMMAND_BYTES)
    {
      g_set_error (&writer->error, G_IMAP_ERROR, G_IMAP_ERROR_TOO_LARGE,
                   _ ("The command %s has %zu octets, where at most %zu are sent"), writer->name,
                   writer->text_size, (gsize) IMAP_LIMIT_COMMAND_BYTES);
      return FALSE;
    }

  return TRUE;
}

GPtrArray *
imap_writer_finish (ImapWriter *writer, const char *tag, GError **error)
{
  g_autoptr (GPtrArray) segments = NULL;
  g_autofree char *head = g_strconcat (tag, " ", writer->name, NULL);
  ImapSegment *first;
  GString *text;

  g_string_append (writer->text, "\r\n");
  end_text (writer);
  if (writer->error != NULL || !check_head (writer, tag))
    {
      g_propagate_error (error, g_steal_pointer (&writer->error));
      return NULL;
    }

  /* The first piece is always text: each value has at least a space before it. */
  segments = g_steal_pointer (&writer->segments);
  first = g_ptr_array_index (segments, 0);
  g_assert (!first->secret && !first->waits);
  text = g_string_new (head);
  g_string_append_len (text, g_bytes_get_data (first->bytes, NULL),
                       g_bytes_get_size (first->bytes));
  g_bytes_unref (first->bytes);
  first->bytes = g_string_free_to_bytes (text);

  return g_steal_pointer (&segments);
}
