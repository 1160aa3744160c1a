/* multipart/form-data (RFC 7578), taken apart while it comes, in linear time: no I/O.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/http-multipart.h"

#include <string.h>

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/base/peer-hash.h"
#include "gimap4d/http/http-parameters.h"
#include "gimap4d/http/http-syntax.h"

/* RFC 2046, 5.1.1 */
#define MAX_BOUNDARY 70

typedef enum
{
  STATE_PREAMBLE,
  STATE_CONTENT,
  STATE_DELIMITED, /* right behind a delimiter */
  STATE_DASH,      /* behind it and a dash */
  STATE_PADDING,
  STATE_RETURN, /* behind it and a carriage return */
  STATE_HEAD,
  STATE_EPILOGUE,
} State;

struct _HttpMultipart
{
  const HttpMultipartSink *sink; /* unowned */
  gpointer data;
  GString *delimiter; /* owned: "\r\n--boundary"; no "\r" but the first, so that a search in it
                         never goes back */
  State state;
  gsize matched; /* bytes of the delimiter that the input ended with so far */
  gsize assumed; /* of these, how many did not stand there: at a beginning its line end may be
                    missing */
  guint64 position;
  GString *head;    /* owned: of the part that begins */
  gsize line_start; /* in head */
  gsize padding;
  guint n_parts;
};

void
http_part_head_free (HttpPartHead *head)
{
  g_free (head->name);
  g_free (head->file_name);
  g_clear_pointer (&head->headers, g_hash_table_unref);
  g_free (head);
}

static gboolean
is_boundary (const char *text)
{
  gsize length = strlen (text);

  if (length == 0 || length > MAX_BOUNDARY || text[length - 1] == ' ')
    return FALSE;
  for (const char *c = text; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && strchr ("'()+_,-./:=? ", *c) == NULL)
      return FALSE;

  return TRUE;
}

char *
http_multipart_dup_boundary (const char *content_type)
{
  g_autofree char *type = http_parameters_dup_value (content_type);
  g_autofree char *boundary = NULL;

  if (!g_str_equal (type, "multipart/form-data"))
    return NULL;
  boundary = http_parameters_dup (content_type, "boundary");

  return boundary != NULL && is_boundary (boundary) ? g_steal_pointer (&boundary) : NULL;
}

HttpMultipart *
http_multipart_new (const char *boundary, const HttpMultipartSink *sink, gpointer data)
{
  HttpMultipart *self = g_new0 (HttpMultipart, 1);

  self->sink = sink;
  self->data = data;
  self->delimiter = g_string_new ("\r\n--");
  g_string_append (self->delimiter, boundary);
  self->head = g_string_new (NULL);
  self->matched = self->assumed = strlen ("\r\n");

  return self;
}

void
http_multipart_free (HttpMultipart *self)
{
  g_string_free (self->delimiter, TRUE);
  g_string_free (self->head, TRUE);
  g_free (self);
}

static gboolean
refuse (const char *why, GError **error)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _ ("The form cannot be read: %s"), why);

  return FALSE;
}

static void
emit (HttpMultipart *self, const char *bytes, gsize size)
{
  if (self->state == STATE_CONTENT && self->sink->content != NULL && size > 0)
    self->sink->content (bytes, size, self->data);
}

static void
end_content (HttpMultipart *self, gsize consumed)
{
  if (self->state == STATE_CONTENT)
    self->sink->end (self->position + consumed - (self->delimiter->len - self->assumed),
                     self->data);
  self->state = STATE_DELIMITED;
}

/* A preamble is read like a content that nobody wants. Returns how much of @data was used. */
static gsize
read_content (HttpMultipart *self, const char *data, gsize size)
{
  const GString *delimiter = self->delimiter;
  gsize n = 0;

  if (self->matched == 0)
    {
      const char *start = memchr (data, '\r', size);
      gsize n_plain = start != NULL ? (gsize) (start - data) : size;

      emit (self, data, n_plain);
      if (n_plain > 0)
        return n_plain;
    }

  while (n < size && self->matched < delimiter->len && data[n] == delimiter->str[self->matched])
    {
      n++;
      self->matched++;
    }
  if (self->matched == delimiter->len)
    {
      end_content (self, n);
    }
  else if (n < size)
    {
      emit (self, delimiter->str + self->assumed, self->matched - self->assumed);
      self->matched = 0;
      self->assumed = 0;
    }

  return n;
}

/* What browsers write instead of three characters (HTML, multipart/form-data encoding). */
static char
find_escaped (const char *text)
{
  static const char escapes[][4] = { "%22", "%0D", "%0A" };

  for (guint i = 0; i < G_N_ELEMENTS (escapes); i++)
    if (strncmp (text, escapes[i], 3) == 0)
      return "\"\r\n"[i];

  return '\0';
}

static char *
decode_name (const char *text)
{
  GString *name = g_string_sized_new (strlen (text));

  while (*text != '\0')
    {
      char escaped = find_escaped (text);

      g_string_append_c (name, escaped != '\0' ? escaped : *text);
      text += escaped != '\0' ? 3 : 1;
    }

  return g_string_free (name, FALSE);
}

/* Takes @value. */
static gboolean
take_once (char **place, char *value, GError **error)
{
  if (*place == NULL && value != NULL && g_utf8_validate (value, -1, NULL))
    {
      *place = value;
      return TRUE;
    }

  g_free (value);
  return refuse (_ ("a name of a part is there twice, or no UTF-8"), error);
}

static gboolean
take_parameter (
    HttpPartHead *head, const char *name, const char *value, char **extended, GError **error)
{
  if (g_str_equal (name, "name"))
    return take_once (&head->name, decode_name (value), error);
  if (g_str_equal (name, "filename"))
    return take_once (&head->file_name, decode_name (value), error);
  if (g_str_equal (name, "filename*"))
    return take_once (extended, g_strdup (value), error);

  return TRUE;
}

/* filename* goes before filename (RFC 6266, 4.3), though RFC 7578 would rather not have it. */
static void
prefer_extended (HttpPartHead *head, const char *extended)
{
  char *decoded = extended != NULL ? http_parameters_decode_extended (extended) : NULL;

  if (decoded == NULL)
    return;

  g_free (head->file_name);
  head->file_name = decoded;
}

static gboolean
read_disposition (HttpPartHead *head, const char *text, GError **error)
{
  g_autofree char *kind = http_parameters_dup_value (text);
  g_autofree char *extended = NULL;
  const char *cursor = text + strcspn (text, ";");
  gboolean is_bad = FALSE;
  char *name = NULL;
  char *value = NULL;

  while (http_parameters_next (&cursor, &name, &value, &is_bad))
    {
      gboolean is_taken = take_parameter (head, name, value, &extended, error);

      g_free (name);
      g_free (value);
      if (!is_taken)
        return FALSE;
    }
  if (is_bad || !g_str_equal (kind, "form-data") || head->name == NULL)
    return refuse (_ ("a part has no name"), error);
  prefer_extended (head, extended);

  return TRUE;
}

static gboolean
is_without_controls (const char *text)
{
  for (const guchar *c = (const guchar *) text; *c != '\0'; c++)
    if ((*c < 0x20 && *c != '\t') || *c == 0x7f)
      return FALSE;

  return TRUE;
}

static gboolean
read_line (HttpPartHead *head, char *line, GError **error)
{
  char *colon = strchr (line, ':');
  g_autofree char *name = colon != NULL ? g_ascii_strdown (line, colon - line) : NULL;

  if (name == NULL || !http_is_token (name) || !is_without_controls (colon + 1) ||
      g_hash_table_contains (head->headers, name))
    return refuse (_ ("a header of a part is none, or is there twice"), error);

  g_strstrip (colon + 1);
  g_hash_table_insert (head->headers, g_steal_pointer (&name), g_strdup (colon + 1));

  return TRUE;
}

/* RFC 7578, 4.7: nobody sends another one any more, and nobody may mean it. */
static gboolean
has_plain_encoding (HttpPartHead *head)
{
  const char *encoding = g_hash_table_lookup (head->headers, "content-transfer-encoding");

  return encoding == NULL || g_ascii_strcasecmp (encoding, "binary") == 0 ||
         g_ascii_strcasecmp (encoding, "8bit") == 0 || g_ascii_strcasecmp (encoding, "7bit") == 0;
}

static void
make_headers_valid (GHashTable *headers)
{
  GHashTableIter iter;
  gpointer value = NULL;

  g_hash_table_iter_init (&iter, headers);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (!g_utf8_validate (value, -1, NULL))
      g_hash_table_iter_replace (&iter, g_utf8_make_valid (value, -1));
}

static HttpPartHead *
read_head (GString *text, GError **error)
{
  g_autoptr (HttpPartHead) head = g_new0 (HttpPartHead, 1);
  g_auto (GStrv) lines = NULL;
  const char *disposition = NULL;

  head->headers = g_hash_table_new_full (peer_hash, g_str_equal, g_free, g_free);
  if (strlen (text->str) != text->len)
    {
      refuse (_ ("there is a NUL in it"), error);
      return NULL;
    }

  /* A lone line end is among the controls that a line must not have. */
  lines = g_strsplit (text->str, "\r\n", -1);
  for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
    if (!read_line (head, lines[i], error))
      return NULL;
  disposition = g_hash_table_lookup (head->headers, "content-disposition");
  if (!read_disposition (head, disposition != NULL ? disposition : "", error))
    return NULL;
  if (!has_plain_encoding (head))
    {
      refuse (_ ("a part is encoded"), error);
      return NULL;
    }
  make_headers_valid (head->headers);

  return g_steal_pointer (&head);
}

static gboolean
begin_part (HttpMultipart *self, guint64 offset, GError **error)
{
  HttpPartHead *head = NULL;

  if (++self->n_parts > HTTP_LIMIT_PARTS)
    return refuse (_ ("it has too many parts"), error);
  head = read_head (self->head, error);
  if (head == NULL)
    return FALSE;

  self->state = STATE_CONTENT;
  self->matched = self->assumed = strlen ("\r\n");
  self->sink->begin (head, offset, self->data);

  return TRUE;
}

static gboolean
read_head_piece (HttpMultipart *self, const char *data, gsize size, gsize *out_used, GError **error)
{
  const char *end = memchr (data, '\n', size);
  gsize n = end != NULL ? (gsize) (end - data) + 1 : size;
  GString *head = self->head;

  if (head->len + n > HTTP_LIMIT_PART_HEAD)
    return refuse (_ ("the head of a part is too long"), error);
  g_string_append_len (head, data, (gssize) n);
  *out_used = n;
  if (end == NULL)
    return TRUE;

  if (head->len - self->line_start == 2 && head->str[self->line_start] == '\r')
    return begin_part (self, self->position + n, error);
  self->line_start = head->len;

  return TRUE;
}

static State
next_state (HttpMultipart *self, char c)
{
  gboolean is_blank = (c == ' ' || c == '\t') && self->padding++ < HTTP_LIMIT_PART_HEAD;

  switch (self->state)
    {
    case STATE_DELIMITED:
      if (c == '-')
        return STATE_DASH;
      G_GNUC_FALLTHROUGH;
    case STATE_PADDING:
      if (is_blank)
        return STATE_PADDING;
      return c == '\r' ? STATE_RETURN : STATE_PREAMBLE;
    case STATE_DASH:
      return c == '-' ? STATE_EPILOGUE : STATE_PREAMBLE;
    default:
      return c == '\n' ? STATE_HEAD : STATE_PREAMBLE;
    }
}

/* The rest of the line of a delimiter, byte by byte. */
static gboolean
read_line_end (HttpMultipart *self, char c, GError **error)
{
  self->state = next_state (self, c);
  if (self->state == STATE_PREAMBLE)
    return refuse (_ ("something follows a boundary"), error);
  if (self->state == STATE_HEAD)
    {
      g_string_truncate (self->head, 0);
      self->line_start = 0;
      self->padding = 0;
    }

  return TRUE;
}

static gboolean
read_piece (HttpMultipart *self, const char *data, gsize size, gsize *out_used, GError **error)
{
  switch (self->state)
    {
    case STATE_PREAMBLE:
    case STATE_CONTENT:
      *out_used = read_content (self, data, size);
      return TRUE;
    case STATE_HEAD:
      return read_head_piece (self, data, size, out_used, error);
    case STATE_EPILOGUE:
      *out_used = size;
      return TRUE;
    default:
      *out_used = 1;
      return read_line_end (self, *data, error);
    }
}

gboolean
http_multipart_feed (HttpMultipart *self, const char *data, gsize size, GError **error)
{
  gsize done = 0;

  while (done < size)
    {
      gsize used = 0;

      if (!read_piece (self, data + done, size - done, &used, error))
        return FALSE;
      done += used;
      self->position += used;
    }

  return TRUE;
}

gboolean
http_multipart_finish (HttpMultipart *self, GError **error)
{
  return self->state == STATE_EPILOGUE || refuse (_ ("it ends too early"), error);
}
