/* Writes header fields so that they mean what the caller gave, and nothing else.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/mail/email-writer.h"

#include <string.h>

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/mail/email-charset.h"
#include "gimap4d/mail/g-email-address.h"

/* RFC 5322, 2.1.1: lines should have 78 characters, and must not have more than 998. */
#define LINE_LENGTH 76
#define LONGEST_WORD 900
/* RFC 2047, 2. */
#define ENCODED_WORD_LENGTH 75
#define ENCODED_WORD_CHARS 40
/* Room for any one character in any charset. */
#define SHORT_WORD_LENGTH 40
/* RFC 2231, 3: what one segment of a long value has. */
#define SEGMENT_LENGTH 54

EmailWriter *
email_writer_new (GImapCharsetMode mode)
{
  EmailWriter *self = g_new0 (EmailWriter, 1);

  self->out = g_string_new (NULL);
  self->mode = mode;

  return self;
}

void
email_writer_free (EmailWriter *self)
{
  if (self == NULL)
    return;

  g_string_free (self->out, TRUE);
  g_clear_error (&self->error);
  g_free (self);
}

void
email_writer_take_error (EmailWriter *self, GError *error)
{
  if (self->error == NULL)
    self->error = error;
  else
    g_error_free (error);
}

static gboolean
has_control (const char *text)
{
  for (const char *c = text; *c != '\0'; c++)
    if (((guchar) *c < 0x20 && *c != '\t') || *c == 0x7f)
      return TRUE;

  return FALSE;
}

gboolean
email_writer_check (EmailWriter *self, const char *name, const char *text)
{
  if (self->error != NULL)
    return FALSE;

  if (!g_utf8_validate (text, -1, NULL))
    self->error = g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT,
                               _ ("The mail cannot be built: what is given for %s is no UTF-8"),
                               name);
  else if (has_control (text))
    self->error = g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT,
                               _ ("The mail cannot be built: what is given for %s has a line break "
                                  "or another control character"),
                               name);

  return self->error == NULL;
}

static gboolean
refuse_word (EmailWriter *self, const char *name, const char *text)
{
  self->error = g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_INVALID_ARGUMENT,
                             _ ("The mail cannot be built: “%s” is not lawful for %s"), text, name);

  return FALSE;
}

/* For what can only be ASCII without space: ids, addresses, types. */
static gboolean
check_word (EmailWriter *self, const char *name, const char *text, const char *forbidden)
{
  if (!email_writer_check (self, name, text))
    return FALSE;

  if (*text == '\0' || !email_text_is_ascii (text) || strlen (text) > LONGEST_WORD ||
      strpbrk (text, " \t") != NULL || strpbrk (text, forbidden) != NULL)
    return refuse_word (self, name, text);

  return TRUE;
}

gboolean
email_text_is_ascii (const char *text)
{
  for (const char *c = text; *c != '\0'; c++)
    if ((*c & 0x80) != 0)
      return FALSE;

  return TRUE;
}

gboolean
email_text_fits (const char *text, const char *charset)
{
  gsize length;
  g_autofree char *converted = g_convert (text, -1, charset, "utf-8", NULL, &length, NULL);
  g_autofree char *read = NULL;

  if (converted == NULL)
    return FALSE;

  /* Readers take some names for a larger set, in which the same bytes are other characters. */
  read = email_charset_to_utf8 (charset, converted, length, NULL);

  return g_str_equal (read, text);
}

static gsize
get_column (EmailWriter *self)
{
  const char *end = self->out->str + self->out->len;
  const char *line = memrchr (self->out->str, '\n', self->out->len);

  return line != NULL ? (gsize) (end - line - 1) : self->out->len;
}

static void
fold_before (EmailWriter *self, gsize length)
{
  if (get_column (self) + length > LINE_LENGTH)
    g_string_append (self->out, "\r\n");
}

/* RFC 2047, 5 (3): what is allowed in a phrase is allowed everywhere. */
static void
append_quoted (GString *out, const char *bytes, gsize length)
{
  for (gsize i = 0; i < length; i++)
    {
      guchar c = bytes[i];

      if (g_ascii_isalnum (c) || (c != '\0' && strchr ("!*+-/", c) != NULL))
        g_string_append_c (out, c);
      else if (c == ' ')
        g_string_append_c (out, '_');
      else
        g_string_append_printf (out, "=%02X", c);
    }
}

typedef struct
{
  const char *charset;
  gboolean is_base64;
} WordKind;

static WordKind
choose_kind (const char *text, GImapCharsetMode mode)
{
  WordKind kind = { "utf-8", mode == G_IMAP_CHARSET_MODE_UTF8_BASE64 };

  if (mode == G_IMAP_CHARSET_MODE_ISO_8859_1 && email_text_fits (text, "iso-8859-1"))
    kind.charset = "iso-8859-1";
  else if (mode == G_IMAP_CHARSET_MODE_ISO_2022_JP && email_text_fits (text, "iso-2022-jp"))
    kind = (WordKind){ "iso-2022-jp", TRUE };

  return kind;
}

static char *
encode_word (const char *text, gsize length, WordKind kind)
{
  gsize n_bytes = length;
  g_autofree char *converted = NULL;
  g_autofree char *base64 = NULL;
  GString *word = g_string_new (NULL);

  if (!g_str_equal (kind.charset, "utf-8"))
    converted = g_convert (text, length, kind.charset, "utf-8", NULL, &n_bytes, NULL);
  if (converted == NULL)
    {
      converted = g_strndup (text, length);
      n_bytes = length;
    }

  g_string_append_printf (word, "=?%s?%c?", kind.charset, kind.is_base64 ? 'B' : 'Q');
  if (kind.is_base64)
    base64 = g_base64_encode ((const guchar *) converted, n_bytes);
  if (base64 != NULL)
    g_string_append (word, base64);
  else
    append_quoted (word, converted, n_bytes);
  g_string_append (word, "?=");

  return g_string_free (word, FALSE);
}

static const char *
find_nth (const char *text, guint n)
{
  while (n-- > 0 && *text != '\0')
    text = g_utf8_next_char (text);

  return text;
}

/* For the first word on a line that something stands in. Where there is hardly any, the space that was
 * written last begins the next line. */
static gsize
make_room (EmailWriter *self)
{
  gsize column = get_column (self);

  if (column + SHORT_WORD_LENGTH <= LINE_LENGTH)
    return MIN (LINE_LENGTH - column, ENCODED_WORD_LENGTH);

  g_string_truncate (self->out, self->out->len - 1);
  g_string_append (self->out, "\r\n ");

  return ENCODED_WORD_LENGTH;
}

/* Each word is whole by itself: no character is split over two. */
static void
append_encoded (EmailWriter *self, const char *text)
{
  WordKind kind = choose_kind (text, self->mode);
  const char *at = text;

  while (*at != '\0')
    {
      const char *end = find_nth (at, ENCODED_WORD_CHARS);
      g_autofree char *word = encode_word (at, end - at, kind);
      gsize room = at == text ? make_room (self) : ENCODED_WORD_LENGTH;

      while (strlen (word) > room)
        {
          end = g_utf8_prev_char (end);
          g_free (word);
          word = encode_word (at, end - at, kind);
        }

      if (at > text)
        g_string_append (self->out, "\r\n ");
      g_string_append (self->out, word);
      at = end;
    }
}

/* Folds at the spaces that are there. */
static void
append_folded (EmailWriter *self, const char *text)
{
  const char *at = text;

  while (*at != '\0')
    {
      gsize n_spaces = strspn (at, " \t");
      gsize length = n_spaces + strcspn (at + n_spaces, " \t");

      if (at > text)
        fold_before (self, length);
      g_string_append_len (self->out, at, length);
      at += length;
    }
}

static gboolean
has_long_word (const char *text)
{
  const char *at = text;

  while (*at != '\0')
    {
      gsize length = strcspn (at, " \t");

      if (length > LONGEST_WORD)
        return TRUE;
      at += length;
      at += strspn (at, " \t");
    }

  return FALSE;
}

static gboolean
needs_encoding (const char *text)
{
  gsize length = strlen (text);

  return !email_text_is_ascii (text) || strstr (text, "=?") != NULL || has_long_word (text) ||
         (length > 0 && (strchr (" \t", text[0]) != NULL || strchr (" \t", text[length - 1])));
}

static gboolean
begin_field (EmailWriter *self, const char *name)
{
  if (!check_word (self, name, name, ":"))
    return FALSE;

  g_string_append_printf (self->out, "%s: ", name);

  return TRUE;
}

void
email_writer_add_text (EmailWriter *self, const char *name, const char *text)
{
  if (text == NULL || *text == '\0' || !email_writer_check (self, name, text) ||
      !begin_field (self, name))
    return;

  if (needs_encoding (text))
    append_encoded (self, text);
  else
    append_folded (self, text);
  g_string_append (self->out, "\r\n");
}

/* Words with one space between them: more than one are one where they are read. */
static gboolean
is_atoms (const char *text)
{
  if (strstr (text, "  ") != NULL)
    return FALSE;

  for (const char *c = text; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && strchr (" !#$%&'*+-/=?^_`{|}~", *c) == NULL)
      return FALSE;

  return TRUE;
}

static void
append_phrase (EmailWriter *self, const char *name)
{
  gboolean is_word = is_atoms (name);

  /* What stands in quotes is not folded. */
  if (needs_encoding (name) || (!is_word && strlen (name) > LONGEST_WORD / 2))
    {
      append_encoded (self, name);
      return;
    }
  if (is_word)
    {
      append_folded (self, name);
      return;
    }

  g_string_append_c (self->out, '"');
  for (const char *c = name; *c != '\0'; c++)
    {
      if (*c == '"' || *c == '\\')
        g_string_append_c (self->out, '\\');
      g_string_append_c (self->out, *c);
    }
  g_string_append_c (self->out, '"');
}

/* The domain may be of any script, the local part only in mail that few servers take (RFC 6531). */
static char *
make_ascii_address (const char *email)
{
  const char *at = strrchr (email, '@');
  g_autofree char *domain = NULL;

  if (at == NULL || email_text_is_ascii (at))
    return g_strdup (email);

  domain = g_hostname_to_ascii (at + 1);

  return domain != NULL ? g_strdup_printf ("%.*s@%s", (int) (at - email), email, domain) :
                          g_strdup (email);
}

/* RFC 5322, 3.4.1: an address of a machine stands in brackets. */
static gboolean
check_domain (EmailWriter *self, const char *name, const char *domain)
{
  gboolean is_literal = domain[0] == '[' && g_str_has_suffix (domain, "]");
  g_autofree char *word = is_literal ? g_strndup (domain + 1, strlen (domain) - 2) :
                                       g_strdup (domain);

  return check_word (self, name, word, is_literal ? "<>()[],;\\\"" : "<>()[],;:\\\"");
}

/* RFC 5322, 3.4.1: what stands in quotes before the at sign may have nearly anything. */
static gboolean
check_address (EmailWriter *self, const char *name, const char *email)
{
  const char *domain = strrchr (email, '@');
  gboolean is_quoted = email[0] == '"' && domain > email + 1 && domain[-1] == '"';
  g_autofree char *local = NULL;

  if (is_quoted)
    local = g_strdelimit (g_strndup (email + 1, domain - email - 2), " \t(),;:[]@", '_');
  else
    local = domain != NULL ? g_strndup (email, domain - email) : g_strdup (email);

  if (!check_word (self, name, local, "<>()[],;:\\\"@") ||
      (domain != NULL && !check_domain (self, name, domain + 1)))
    return FALSE;

  /* It is not folded. */
  return strlen (email) <= LONGEST_WORD || refuse_word (self, name, email);
}

static void
add_address (EmailWriter *self, const char *field, GEmailAddress *address, gboolean is_first)
{
  const char *name = g_email_address_get_name (address);
  const char *email = g_email_address_get_email (address);
  g_autofree char *ascii = email != NULL ? make_ascii_address (email) : g_strdup ("");

  if (!check_address (self, field, ascii) ||
      (name != NULL && !email_writer_check (self, field, name)))
    return;

  if (!is_first)
    g_string_append_c (self->out, ',');
  if (!is_first)
    fold_before (self, strlen (ascii) + (name != NULL ? strlen (name) + 4 : 1));
  if (!is_first)
    g_string_append_c (self->out, ' ');
  if (name == NULL || *name == '\0')
    {
      /* Without brackets, an encoded word is a name. */
      g_string_append_printf (self->out, strstr (ascii, "=?") != NULL ? "<%s>" : "%s", ascii);
      return;
    }

  append_phrase (self, name);
  fold_before (self, strlen (ascii) + 3);
  g_string_append_printf (self->out, " <%s>", ascii);
}

void
email_writer_add_addresses (EmailWriter *self, const char *name, GListModel *addresses)
{
  guint n = g_list_model_get_n_items (addresses);

  if (n == 0 || !begin_field (self, name))
    return;

  for (guint i = 0; i < n && self->error == NULL; i++)
    {
      g_autoptr (GEmailAddress) address = g_list_model_get_item (addresses, i);

      add_address (self, name, address, i == 0);
    }
  g_string_append (self->out, "\r\n");
}

void
email_writer_add_ids (EmailWriter *self, const char *name, const char *const *ids)
{
  if (ids == NULL || ids[0] == NULL || !begin_field (self, name))
    return;

  for (guint i = 0; ids[i] != NULL; i++)
    {
      if (!check_word (self, name, ids[i], "<>"))
        return;

      if (i > 0)
        {
          fold_before (self, strlen (ids[i]) + 3);
          g_string_append_c (self->out, ' ');
        }
      g_string_append_printf (self->out, "<%s>", ids[i]);
    }
  g_string_append (self->out, "\r\n");
}

void
email_writer_begin (EmailWriter *self, const char *name, const char *value)
{
  if (email_writer_check (self, name, value) && begin_field (self, name))
    g_string_append (self->out, value);
}

static void
append_plain_parameter (EmailWriter *self, const char *name, const char *value)
{
  g_string_append_printf (self->out, "%s=\"", name);
  for (const char *c = value; *c != '\0'; c++)
    {
      if (*c == '"' || *c == '\\')
        g_string_append_c (self->out, '\\');
      g_string_append_c (self->out, *c);
    }
  g_string_append_c (self->out, '"');
}

/* RFC 2231: percent signs for what is not ASCII, and numbered segments for what is long. */
static void
append_encoded_parameter (EmailWriter *self, const char *name, const char *value)
{
  g_autofree char *escaped = g_uri_escape_string (value, NULL, FALSE);
  gsize length = strlen (escaped);
  guint n = 0;

  if (length <= SEGMENT_LENGTH)
    {
      g_string_append_printf (self->out, "%s*=utf-8''%s", name, escaped);
      return;
    }

  for (gsize at = 0; at < length; n++)
    {
      gsize step = MIN (length - at, SEGMENT_LENGTH);

      /* Not within an escape. */
      if (at + step < length && escaped[at + step - 1] == '%')
        step -= 1;
      else if (at + step < length && escaped[at + step - 2] == '%')
        step -= 2;
      g_string_append_printf (self->out, "%s%s*%u*=%s%.*s", n > 0 ? ";\r\n " : "", name, n,
                              n == 0 ? "utf-8''" : "", (int) step, escaped + at);
      at += step;
    }
}

/* Many readers decode encoded words in quotes, although RFC 2047, 5 (3) forbids to write any. */
static gboolean
can_be_plain (const char *value)
{
  return email_text_is_ascii (value) && strlen (value) <= SEGMENT_LENGTH &&
         strstr (value, "=?") == NULL;
}

void
email_writer_add_parameter (EmailWriter *self, const char *name, const char *value)
{
  if (!email_writer_check (self, name, value))
    return;

  g_string_append (self->out, ";\r\n ");
  if (can_be_plain (value))
    append_plain_parameter (self, name, value);
  else
    append_encoded_parameter (self, name, value);
}

void
email_writer_end (EmailWriter *self)
{
  if (self->error == NULL)
    g_string_append (self->out, "\r\n");
}
