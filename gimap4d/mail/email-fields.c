/* The fields of a header block, as they stand in its bytes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/mail/email-fields.h"

#include <string.h>

#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/mail/email-addresses.h"
#include "gimap4d/mail/email-charset.h"

typedef struct
{
  char *name;
  char *value; /* NUL-terminated copy of @length bytes */
  gsize length;
} Field;

struct _EmailFields
{
  GArray *fields; /* of Field */
  gboolean is_truncated;
  gboolean has_odd_name; /* a line that is no field, or whose name is not followed by its colon */
};

static void
clear_field (gpointer data)
{
  Field *field = data;

  g_free (field->name);
  g_free (field->value);
}

char
email_fields_find_line_end (const char *bytes, gsize length)
{
  if (length == 0 || memchr (bytes, '\n', length) != NULL)
    return '\n';

  return memchr (bytes, '\r', length) != NULL ? '\r' : '\n';
}

static gboolean
is_space (char c)
{
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* RFC 5322, 2.2: printable ASCII; a space before the colon is an old habit (4.5). */
static gsize
measure_name (const char *line, gsize length)
{
  gsize name_length = 0;
  const char *colon = memchr (line, ':', length);
  gsize end = colon != NULL ? colon - line : 0;

  while (name_length < end && line[name_length] > 0x20 && line[name_length] < 0x7f)
    name_length++;
  for (gsize i = name_length; i < end; i++)
    if (line[i] != ' ' && line[i] != '\t')
      return 0;

  return name_length;
}

static void
add_field (EmailFields *self, const char *start, gsize length)
{
  gsize name_length;
  const char *value;
  const char *end;
  Field field;

  if (length > EMAIL_LIMIT_HEADER)
    {
      self->is_truncated = TRUE;
      length = EMAIL_LIMIT_HEADER;
    }

  name_length = measure_name (start, length);
  if (name_length == 0 || start[name_length] != ':')
    self->has_odd_name = TRUE;
  if (name_length == 0)
    return;

  if (self->fields->len >= EMAIL_LIMIT_HEADERS)
    {
      self->is_truncated = TRUE;
      return;
    }

  end = start + length;
  value = (const char *) memchr (start, ':', length) + 1;
  while (value < end && is_space (*value))
    value++;
  while (end > value && is_space (end[-1]))
    end--;

  field.name = g_strndup (start, name_length);
  field.length = end - value;
  field.value = g_malloc (field.length + 1);
  memcpy (field.value, value, field.length);
  field.value[field.length] = '\0';
  g_array_append_val (self->fields, field);
}

EmailFields *
email_fields_new (const char *block, gsize length, char line_end)
{
  EmailFields *self = g_new0 (EmailFields, 1);
  const char *at = block;
  const char *end;
  const char *start = NULL;

  self->fields = g_array_new (FALSE, FALSE, sizeof (Field));
  g_array_set_clear_func (self->fields, clear_field);
  self->is_truncated = length > EMAIL_LIMIT_HEADER_BLOCK;
  end = block + MIN (length, EMAIL_LIMIT_HEADER_BLOCK);

  while (at < end)
    {
      const char *mark = memchr (at, line_end, end - at);
      const char *next = mark != NULL ? mark + 1 : end;
      gboolean is_empty = *at == line_end || (*at == '\r' && at + 1 < next && at[1] == '\n');
      gboolean is_folded = start != NULL && (*at == ' ' || *at == '\t');

      if (!is_folded && start != NULL)
        add_field (self, start, at - start);
      if (is_empty)
        return self;
      if (!is_folded)
        start = at;
      at = next;
    }

  if (start != NULL)
    add_field (self, start, end - start);

  return self;
}

void
email_fields_free (EmailFields *self)
{
  if (self == NULL)
    return;

  g_array_unref (self->fields);
  g_free (self);
}

gboolean
email_fields_is_truncated (EmailFields *self)
{
  return self->is_truncated;
}

/* A NUL, or a CR that ends no line where lines end with LF: some programs end the text or the line there. */
static gboolean
is_odd (const Field *field)
{
  const char *end = field->value + field->length;
  const char *at = field->value;

  if (memchr (field->value, '\0', field->length) != NULL)
    return TRUE;

  while ((at = memchr (at, '\r', end - at)) != NULL)
    if (++at == end || *at != '\n')
      return TRUE;

  return FALSE;
}

gboolean
email_fields_are_ambiguous (EmailFields *self)
{
  /* RFC 5322, 3.6, and RFC 2045, 3 to 8: each once at most. */
  static const char *const single[] = {
    "From",
    "Sender",
    "Reply-To",
    "To",
    "Cc",
    "Bcc",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "MIME-Version",
    "Content-ID",
    "Content-Type",
    "Content-Description",
    "Content-Disposition",
    "Content-Transfer-Encoding",
  };

  if (self->has_odd_name)
    return TRUE;
  for (guint i = 0; i < self->fields->len; i++)
    if (is_odd (&g_array_index (self->fields, Field, i)))
      return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (single); i++)
    if (email_fields_find_first (self, single[i]) != email_fields_find_last (self, single[i]))
      return TRUE;

  return FALSE;
}

guint
email_fields_get_count (EmailFields *self)
{
  return self->fields->len;
}

const char *
email_fields_get_name (EmailFields *self, guint index)
{
  g_assert (index < self->fields->len);

  return g_array_index (self->fields, Field, index).name;
}

const char *
email_fields_get_raw (EmailFields *self, guint index, gsize *out_length)
{
  const Field *field;

  g_assert (index < self->fields->len);

  field = &g_array_index (self->fields, Field, index);
  *out_length = field->length;

  return field->value;
}

static gboolean
has_name (EmailFields *self, guint index, const char *name)
{
  return g_ascii_strcasecmp (g_array_index (self->fields, Field, index).name, name) == 0;
}

int
email_fields_find_first (EmailFields *self, const char *name)
{
  for (guint i = 0; i < self->fields->len; i++)
    if (has_name (self, i, name))
      return i;

  return -1;
}

int
email_fields_find_last (EmailFields *self, const char *name)
{
  for (guint i = self->fields->len; i > 0; i--)
    if (has_name (self, i - 1, name))
      return i - 1;

  return -1;
}

char *
email_fields_dup_text (EmailFields *self, const char *name)
{
  int index = email_fields_find_last (self, name);
  const Field *field;

  if (index < 0)
    return NULL;

  field = &g_array_index (self->fields, Field, index);

  return email_decode_text (field->value, field->length);
}

/* Breaks and NULs become spaces, which no grammar of a field minds. */
char *
email_fields_dup_structured (EmailFields *self, const char *name)
{
  int index = email_fields_find_first (self, name);
  const Field *field;
  g_autofree char *flat = NULL;

  if (index < 0)
    return NULL;

  field = &g_array_index (self->fields, Field, index);
  flat = g_malloc (field->length + 1);
  for (gsize i = 0; i < field->length; i++)
    flat[i] = (guchar) field->value[i] < 0x20 ? ' ' : field->value[i];
  flat[field->length] = '\0';

  return email_charset_to_utf8 (NULL, flat, field->length, NULL);
}

/* Several fields of one name count as one list: whoever checks the first From and whoever shows the
 * second then see the same (CVE-2011-1929 and its kind). */
static void
read_addresses (EmailFields *self, const char *name, EmailEnvelope *envelope, GPtrArray *addresses)
{
  for (guint i = 0; i < self->fields->len; i++)
    {
      const Field *field = &g_array_index (self->fields, Field, i);

      if (has_name (self, i, name) &&
          !email_addresses_parse (field->value, field->length, addresses))
        envelope->is_truncated = TRUE;
    }
}

EmailEnvelope *
email_fields_dup_envelope (EmailFields *self)
{
  EmailEnvelope *envelope = email_envelope_new ();

  envelope->is_truncated = self->is_truncated;
  envelope->date = email_fields_dup_text (self, "Date");
  envelope->subject = email_fields_dup_text (self, "Subject");
  envelope->in_reply_to = email_fields_dup_text (self, "In-Reply-To");
  envelope->message_id = email_fields_dup_text (self, "Message-ID");
  read_addresses (self, "From", envelope, envelope->from);
  read_addresses (self, "Sender", envelope, envelope->sender);
  read_addresses (self, "Reply-To", envelope, envelope->reply_to);
  read_addresses (self, "To", envelope, envelope->to);
  read_addresses (self, "Cc", envelope, envelope->cc);
  read_addresses (self, "Bcc", envelope, envelope->bcc);

  return envelope;
}
