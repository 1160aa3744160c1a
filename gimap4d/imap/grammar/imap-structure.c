/* BODYSTRUCTURE (RFC 9051, 7.5.2) with a stack of its own: no depth that a sender thinks of is one of
 * ours. What is malformed costs that piece, and sets is_truncated.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/grammar/imap-data.h"

#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/grammar/imap-envelope.h"
#include "gimap4d/imap/grammar/imap-parameters.h"
#include "gimap4d/imap/grammar/imap-quirks.h"

#include <string.h>

/* A part whose children are being read. */
typedef struct
{
  EmailStructure *part; /* unowned */
  char *prefix;         /* owned: of its children's ids, "1.2." */
  gboolean is_message;  /* it has one child, and fields behind it */
} Level;

typedef struct
{
  ImapReader *reader;
  EmailStructure *root; /* owned */
  GArray *levels;       /* owned: of Level */
  guint n_parts;
} Parser;

static void
level_clear (gpointer data)
{
  g_free (((Level *) data)->prefix);
}

static Level *
top_level (Parser *parser)
{
  return parser->levels->len > 0 ? &g_array_index (parser->levels, Level, parser->levels->len - 1) :
                                   NULL;
}

static gboolean
is_at_end (ImapReader *reader)
{
  return reader->error != NULL || imap_reader_at_end (reader) || imap_reader_peek (reader) == ')';
}

/* TRUE when a field follows. */
static gboolean
begin_field (ImapReader *reader)
{
  imap_reader_accept_space (reader);

  return !is_at_end (reader);
}

/* A field that should be an nstring: FALSE when it is something else, which is skipped. */
static gboolean
read_nstring (ImapReader *reader, ImapString *out_string)
{
  char next;
  gsize at;

  *out_string = (ImapString){ 0 };
  if (!begin_field (reader) || imap_reader_accept_nil (reader))
    return reader->error == NULL;

  next = imap_reader_peek (reader);
  if (next == '"' || next == '{')
    return imap_reader_expect_string (reader, out_string);
  if (next != '(')
    return imap_reader_expect_astring (reader, out_string);
  /* "()" for nothing is common enough, more in it is not. */
  at = reader->at;
  imap_reader_skip_value (reader, NULL);

  return reader->at == at + strlen ("()");
}

static char *
read_text (ImapReader *reader, EmailStructure *part)
{
  ImapString string;
  char *text;

  if (!read_nstring (reader, &string))
    part->is_truncated = TRUE;
  text = string.data != NULL ? email_decode_text (string.data, string.length) : NULL;
  imap_string_clear (&string);

  return text;
}

static char *
read_lower (ImapReader *reader, EmailStructure *part)
{
  ImapString string;
  g_autofree char *text = NULL;

  if (!read_nstring (reader, &string))
    part->is_truncated = TRUE;
  text = imap_string_dup_utf8 (&string);
  imap_string_clear (&string);

  return text != NULL ? g_ascii_strdown (text, -1) : NULL;
}

static void
read_parameters (ImapReader *reader, EmailStructure *part, GHashTable *to)
{
  if (begin_field (reader) && !imap_parameters_read (reader, to))
    part->is_truncated = TRUE;
}

/* "(type parameters)", or the type alone. */
static void
read_disposition (ImapReader *reader, EmailStructure *part)
{
  if (!begin_field (reader))
    return;
  if (imap_reader_peek (reader) != '(')
    {
      part->disposition = read_lower (reader, part);
      return;
    }
  if (!imap_reader_accept_list (reader))
    return;

  part->disposition = read_lower (reader, part);
  read_parameters (reader, part, part->disposition_parameters);
  while (begin_field (reader))
    imap_reader_skip_value (reader, NULL);
  imap_reader_expect_list_end (reader);
}

static void
read_language (ImapReader *reader, EmailStructure *part)
{
  g_autoptr (GStrvBuilder) languages = g_strv_builder_new ();
  gboolean listed;
  guint n = 0;

  if (!begin_field (reader) || imap_reader_accept_nil (reader))
    return;

  listed = imap_reader_accept_list (reader);
  while (begin_field (reader) && n < IMAP_LIMIT_FLAGS)
    {
      g_autofree char *language = read_text (reader, part);

      if (language != NULL)
        {
          g_strv_builder_add (languages, language);
          n++;
        }
      if (!listed)
        break;
    }
  if (listed)
    imap_reader_expect_list_end (reader);
  if (n > 0)
    part->language = g_strv_builder_end (languages);
}

/* Disposition, language, location and what may be added in the future; then the end of the part. */
static void
read_extension (ImapReader *reader, EmailStructure *part)
{
  read_disposition (reader, part);
  read_language (reader, part);
  part->location = read_text (reader, part);
  while (begin_field (reader))
    imap_reader_skip_value (reader, NULL);
  if (!imap_reader_expect_list_end (reader))
    part->is_truncated = TRUE;
}

static char *
join_type (const char *type, const char *subtype)
{
  if (type == NULL || *type == '\0')
    return g_strdup ("application/octet-stream");

  return g_strconcat (type, "/", subtype != NULL && *subtype != '\0' ? subtype : "x-unknown", NULL);
}

static void
push_level (Parser *parser, EmailStructure *part, const char *prefix, gboolean is_message)
{
  Level level = { part, g_strdup (prefix), is_message };

  g_array_append_val (parser->levels, level);
}

/* RFC 9051, 6.4.5.1: the parts of the multipart that is a message's body count on below the message,
 * and that multipart itself is the message's TEXT. */
static char *
make_part_id (const Level *parent, gboolean is_multipart)
{
  if (parent == NULL)
    return g_strdup (is_multipart ? "" : "1");
  if (parent->is_message)
    return g_strconcat (parent->prefix, is_multipart ? "TEXT" : "1", NULL);

  return g_strdup_printf ("%s%u", parent->prefix, parent->part->parts->len + 1);
}

static char *
make_child_prefix (const Level *parent, const EmailStructure *part, gboolean is_multipart)
{
  if (is_multipart && (parent == NULL || parent->is_message))
    return g_strdup (parent != NULL ? parent->prefix : "");

  return g_strconcat (part->part_id, ".", NULL);
}

static EmailStructure *
add_part (Parser *parser, gboolean is_multipart)
{
  Level *parent = top_level (parser);
  g_autofree char *id = make_part_id (parent, is_multipart);
  EmailStructure *part = email_structure_new (id);

  if (parent != NULL)
    g_ptr_array_add (parent->part->parts, part);
  else
    parser->root = part;
  parser->n_parts++;

  return part;
}

static void
begin_multipart (Parser *parser)
{
  EmailStructure *part = add_part (parser, TRUE);
  Level *parent = top_level (parser);
  g_autofree char *prefix = make_child_prefix (parent, part, TRUE);

  push_level (parser, part, prefix, FALSE);
}

/* Number of lines, checksum, and the rest of a part that is no multipart. */
static void
end_single_part (ImapReader *reader, EmailStructure *part)
{
  if (begin_field (reader) && g_ascii_isdigit (imap_reader_peek (reader)))
    imap_reader_skip_value (reader, NULL);
  if (begin_field (reader))
    imap_reader_skip_value (reader, NULL);
  read_extension (reader, part);
}

/* Gmail sends a multipart without parts as its subtype and its extension. */
static void
read_childless_multipart (ImapReader *reader, EmailStructure *part, const char *subtype)
{
  g_free (part->type);
  part->type = join_type ("multipart", subtype);
  read_parameters (reader, part, part->parameters);
  read_extension (reader, part);
}

static void
read_size (ImapReader *reader, EmailStructure *part)
{
  gint64 size;

  if (!begin_field (reader) || !imap_quirk_read_number (reader, &size) || size < 0)
    part->is_truncated = TRUE;
  else
    part->size = size;
}

static void
strip_brackets (char *id)
{
  gsize length = id != NULL ? strlen (id) : 0;

  if (length < 2 || id[0] != '<' || id[length - 1] != '>')
    return;
  memmove (id, id + 1, length - 2);
  id[length - 2] = '\0';
}

/* Envelope and body of a message/rfc822 stand there only when the server looked into it. */
static gboolean
begin_message (Parser *parser, EmailStructure *part)
{
  Level *parent = top_level (parser);
  ImapReader *reader = parser->reader;
  g_autofree char *prefix = NULL;
  ImapSpan envelope;

  if (!g_str_equal (part->type, "message/rfc822") && !g_str_equal (part->type, "message/global"))
    return FALSE;
  if (!begin_field (reader) || imap_reader_peek (reader) != '(')
    return FALSE;

  if (imap_reader_skip_value (reader, &envelope))
    part->envelope = imap_envelope_parse (reader->frame, &envelope);
  prefix = make_child_prefix (parent, part, FALSE);
  push_level (parser, part, prefix, TRUE);

  return TRUE;
}

static void
read_single_part (Parser *parser)
{
  EmailStructure *part = add_part (parser, FALSE);
  ImapReader *reader = parser->reader;
  g_autofree char *type = read_lower (reader, part);
  g_autofree char *subtype = NULL;

  if (begin_field (reader) && imap_reader_peek (reader) == '(')
    {
      read_childless_multipart (reader, part, type);
      return;
    }

  subtype = read_lower (reader, part);
  g_free (part->type);
  part->type = join_type (type, subtype);
  read_parameters (reader, part, part->parameters);
  part->content_id = read_text (reader, part);
  strip_brackets (part->content_id);
  part->description = read_text (reader, part);
  part->encoding = read_lower (reader, part);
  read_size (reader, part);
  if (!begin_message (parser, part))
    end_single_part (reader, part);
}

static void
end_level (Parser *parser)
{
  Level *level = top_level (parser);
  ImapReader *reader = parser->reader;
  EmailStructure *part = level->part;

  if (level->is_message)
    {
      end_single_part (reader, part);
    }
  else
    {
      g_autofree char *subtype = read_lower (reader, part);

      g_free (part->type);
      part->type = join_type ("multipart", subtype != NULL ? subtype : "mixed");
      read_parameters (reader, part, part->parameters);
      read_extension (reader, part);
    }
  g_array_set_size (parser->levels, parser->levels->len - 1);
}

/* The reader stands at a "(" where a part begins. */
static void
begin_part (Parser *parser)
{
  Level *parent = top_level (parser);

  if (parser->levels->len >= IMAP_LIMIT_DEPTH_STRUCTURE / 2 || parser->n_parts >= EMAIL_LIMIT_PARTS)
    {
      parent->part->is_truncated = TRUE;
      imap_reader_skip_value (parser->reader, NULL);
      return;
    }
  if (!imap_reader_accept_list (parser->reader))
    return;

  if (imap_reader_peek (parser->reader) == '(')
    begin_multipart (parser);
  else
    read_single_part (parser);
}

/* TRUE when the level's next thing is a part: a multipart has as many as there are, a message one. */
static gboolean
has_part (Parser *parser)
{
  Level *level = top_level (parser);

  return begin_field (parser->reader) && imap_reader_peek (parser->reader) == '(' &&
         !(level->is_message && level->part->parts->len > 0);
}

static void
parse_all (Parser *parser)
{
  if (imap_reader_peek (parser->reader) != '(')
    return;
  begin_part (parser);
  while (parser->levels->len > 0 && parser->reader->error == NULL)
    {
      if (has_part (parser))
        begin_part (parser);
      else
        end_level (parser);
    }

  /* What was open when it broke off: a multipart's type stands behind its parts. */
  for (guint i = 0; i < parser->levels->len; i++)
    {
      EmailStructure *part = g_array_index (parser->levels, Level, i).part;

      part->is_truncated = TRUE;
      if (part->type == NULL)
        part->type = g_strdup ("multipart/mixed");
    }
  if (parser->root != NULL && parser->reader->error != NULL)
    parser->root->is_truncated = TRUE;
}

EmailStructure *
imap_fetch_parse_structure (const ImapFetch *fetch)
{
  g_auto (ImapReader) reader = { 0 };
  g_autoptr (GArray) levels = g_array_new (FALSE, FALSE, sizeof (Level));
  Parser parser = { .reader = &reader, .levels = levels };

  g_array_set_clear_func (levels, level_clear);
  imap_reader_init_span (&reader, fetch->frame, &fetch->structure);
  imap_reader_set_max_depth (&reader, IMAP_LIMIT_DEPTH_STRUCTURE);
  parse_all (&parser);

  return parser.root;
}
