/* A message cut in its parts, without a copy of it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/mail/email-mime.h"

#include <string.h>

#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/base/peer-hash.h"
#include "gimap4d/mail/email-fields.h"
#include "gimap4d/mail/email-structure.h"

typedef struct
{
  gsize header_start;
  gsize body_start;
  gsize body_end;
} Range;

struct _EmailMime
{
  GBytes *bytes;
  char line_end;
  EmailStructure *root;
  GHashTable *ranges; /* EmailStructure, unowned → Range */
};

/* An entity whose end has not been seen yet. */
typedef struct
{
  EmailStructure *structure; /* unowned */
  Range *range;              /* unowned */
  char *boundary;            /* of a multipart, else NULL */
  char *prefix;              /* of its children's ids */
  int hidden;                /* the open entity that has the same boundary, or -1 */
  gboolean is_listening;     /* its boundary is looked for: the close delimiter has not come */
} Open;

typedef struct
{
  EmailMime *mime; /* unowned */
  const char *bytes;
  gsize size;
  gsize at;
  GArray *stack;          /* of Open, outermost first */
  GHashTable *boundaries; /* text, unowned → position in @stack + 1 */
  guint n_parts;
} Cutter;

typedef enum
{
  LINE_OTHER,
  LINE_DELIMITER,
  LINE_CLOSE,
} LineKind;

static void
clear_open (gpointer data)
{
  Open *open = data;

  g_free (open->boundary);
  g_free (open->prefix);
}

static Open *
get_open (Cutter *cutter, guint index)
{
  return &g_array_index (cutter->stack, Open, index);
}

static gsize
find_next_line (Cutter *cutter, gsize from)
{
  const char *mark = memchr (cutter->bytes + from, cutter->mime->line_end, cutter->size - from);

  return mark != NULL ? (gsize) (mark + 1 - cutter->bytes) : cutter->size;
}

static int
find_boundary (Cutter *cutter, const char *text, gsize length)
{
  char key[EMAIL_LIMIT_BOUNDARY + 1];

  if (length > EMAIL_LIMIT_BOUNDARY)
    return -1;

  memcpy (key, text, length);
  key[length] = '\0';

  return GPOINTER_TO_INT (g_hash_table_lookup (cutter->boundaries, key)) - 1;
}

/* RFC 2046, 5.1.1: the whole line counts, so that a boundary that begins like another is none of
 * its. */
static LineKind
classify_line (Cutter *cutter, gsize start, gsize next, guint *out_index)
{
  const char *line = cutter->bytes + start;
  gsize length = next - start;
  int index;

  if (length < 3 || line[0] != '-' || line[1] != '-' || g_hash_table_size (cutter->boundaries) == 0)
    return LINE_OTHER;

  while (length > 2 && strchr (" \t\r\n", line[length - 1]) != NULL && line[length - 1] != '\0')
    length--;

  index = find_boundary (cutter, line + 2, length - 2);
  if (index >= 0)
    {
      *out_index = index;
      return LINE_DELIMITER;
    }

  if (length < 5 || line[length - 1] != '-' || line[length - 2] != '-')
    return LINE_OTHER;

  index = find_boundary (cutter, line + 2, length - 4);
  if (index < 0)
    return LINE_OTHER;

  *out_index = index;

  return LINE_CLOSE;
}

static gboolean
is_empty_line (Cutter *cutter, gsize start, gsize next)
{
  const char *line = cutter->bytes + start;

  return line[0] == cutter->mime->line_end ||
         (next - start == 2 && line[0] == '\r' && line[1] == '\n');
}

/* Where the body begins. A delimiter ends a header too. */
static gsize
skip_header (Cutter *cutter)
{
  while (cutter->at < cutter->size)
    {
      gsize next = find_next_line (cutter, cutter->at);
      guint ignored;

      if (is_empty_line (cutter, cutter->at, next))
        return next;
      if (classify_line (cutter, cutter->at, next, &ignored) != LINE_OTHER)
        return cutter->at;
      cutter->at = next;
    }

  return cutter->size;
}

/* The line break before a delimiter belongs to it. */
static gsize
get_end_before (Cutter *cutter, const Range *range, gsize end)
{
  if (end < cutter->size && end > range->body_start &&
      cutter->bytes[end - 1] == cutter->mime->line_end)
    {
      end--;
      if (end > range->body_start && cutter->mime->line_end == '\n' &&
          cutter->bytes[end - 1] == '\r')
        end--;
    }

  return MAX (end, range->body_start);
}

static void
stop_listening (Cutter *cutter, guint index)
{
  Open *open = get_open (cutter, index);

  if (!open->is_listening)
    return;

  open->is_listening = FALSE;
  g_hash_table_remove (cutter->boundaries, open->boundary);
  if (open->hidden >= 0)
    g_hash_table_insert (cutter->boundaries, get_open (cutter, open->hidden)->boundary,
                         GINT_TO_POINTER (open->hidden + 1));
}

static void
close_top (Cutter *cutter, gsize end)
{
  guint top = cutter->stack->len - 1;
  Open *open = get_open (cutter, top);

  open->range->body_end = get_end_before (cutter, open->range, end);
  open->structure->size = open->range->body_end - open->range->body_start;
  stop_listening (cutter, top);
  g_array_set_size (cutter->stack, top);
}

static void
close_down_to (Cutter *cutter, guint length, gsize end)
{
  while (cutter->stack->len > length)
    close_top (cutter, end);
}

static gboolean
is_message (const EmailStructure *structure)
{
  return g_str_equal (structure->type, "message/rfc822") ||
         g_str_equal (structure->type, "message/global");
}

/* RFC 2046, 5.2.1: other encodings than these are not allowed; what has one is a leaf. */
static gboolean
is_identity (const char *encoding)
{
  return g_str_equal (encoding, "7bit") || g_str_equal (encoding, "8bit") ||
         g_str_equal (encoding, "binary");
}

static char *
make_id (const Open *parent, const char *type)
{
  guint number;

  if (parent == NULL)
    return g_strdup (g_str_has_prefix (type, "multipart/") ? "" : "1");

  /* RFC 3501, 6.4.5: the parts of a multipart in a message have the message's number in front, the
   * multipart itself has none. */
  if (parent->boundary == NULL && g_str_has_prefix (type, "multipart/"))
    return g_strconcat (parent->prefix, "TEXT", NULL);

  number = parent->structure->parts->len + 1;

  return g_strdup_printf ("%s%u", parent->prefix, number);
}

static char *
make_prefix (const Open *parent, const char *id)
{
  if (*id == '\0')
    return g_strdup ("");

  if (parent != NULL && g_str_has_suffix (id, "TEXT"))
    return g_strdup (parent->prefix);

  return g_strconcat (id, ".", NULL);
}

static void
open_boundary (Cutter *cutter, Open *open)
{
  const char *boundary = g_hash_table_lookup (open->structure->parameters, "boundary");

  if (boundary == NULL || *boundary == '\0' || strlen (boundary) > EMAIL_LIMIT_BOUNDARY)
    return;

  open->is_listening = TRUE;
  open->boundary = g_strchomp (g_strdup (boundary));
  open->hidden = find_boundary (cutter, open->boundary, strlen (open->boundary));
}

static const char *
get_default_type (const Open *parent)
{
  gboolean is_digest = parent != NULL && g_str_equal (parent->structure->type, "multipart/digest");

  return is_digest ? "message/rfc822" : "text/plain";
}

static EmailStructure *
read_structure (Cutter *cutter, const Open *parent, Range *range, gboolean is_rest)
{
  g_autoptr (EmailFields)
      fields = email_fields_new (cutter->bytes + range->header_start,
                                 range->body_start - range->header_start, cutter->mime->line_end);
  EmailStructure *structure = email_structure_from_fields (fields, NULL, get_default_type (parent));
  const char *boundary = g_hash_table_lookup (structure->parameters, "boundary");

  /* Without a boundary it cannot be cut: show it. */
  if (email_structure_is_multipart (structure) && (boundary == NULL || *boundary == '\0'))
    {
      g_free (structure->type);
      structure->type = g_strdup ("text/plain");
    }
  if (is_rest)
    {
      g_free (structure->type);
      structure->type = g_strdup ("application/octet-stream");
      structure->is_truncated = TRUE;
    }
  if (parent != NULL && parent->boundary == NULL)
    parent->structure->envelope = email_fields_dup_envelope (fields);

  structure->part_id = make_id (parent, structure->type);

  return structure;
}

/* Reads a header and leaves the entity open. Returns whether another entity follows at once. */
static gboolean
open_entity (Cutter *cutter)
{
  Open *parent = cutter->stack->len > 0 ? get_open (cutter, cutter->stack->len - 1) : NULL;
  gboolean is_rest = ++cutter->n_parts > EMAIL_LIMIT_PARTS;
  gboolean is_deep = cutter->stack->len >= EMAIL_LIMIT_DEPTH;
  Range *range = g_new0 (Range, 1);
  Open open = { .range = range, .hidden = -1 };
  gboolean is_container;

  range->header_start = cutter->at;
  cutter->at = range->body_start = is_rest ? cutter->at : skip_header (cutter);
  open.structure = read_structure (cutter, parent, range, is_rest);
  open.prefix = make_prefix (parent, open.structure->part_id);
  g_hash_table_insert (cutter->mime->ranges, open.structure, range);
  if (parent != NULL)
    g_ptr_array_add (parent->structure->parts, open.structure);
  else
    cutter->mime->root = open.structure;

  is_container = email_structure_is_multipart (open.structure) || is_message (open.structure);
  if (is_container && is_deep)
    open.structure->is_truncated = TRUE;
  else if (email_structure_is_multipart (open.structure))
    open_boundary (cutter, &open);

  g_array_append_val (cutter->stack, open);
  if (open.boundary != NULL)
    g_hash_table_insert (cutter->boundaries, open.boundary, GINT_TO_POINTER (cutter->stack->len));
  if (is_rest)
    cutter->at = cutter->size;

  return is_container && !is_deep && is_message (open.structure) &&
         is_identity (open.structure->encoding);
}

static void
cut (Cutter *cutter)
{
  while (open_entity (cutter))
    ;

  while (cutter->at < cutter->size)
    {
      gsize start = cutter->at;
      guint index;
      LineKind kind;

      cutter->at = find_next_line (cutter, start);
      kind = classify_line (cutter, start, cutter->at, &index);
      if (kind == LINE_OTHER)
        continue;

      close_down_to (cutter, index + 1, start);
      if (kind == LINE_CLOSE)
        stop_listening (cutter, index);
      while (kind == LINE_DELIMITER && open_entity (cutter))
        ;
    }

  close_down_to (cutter, 0, cutter->size);
}

EmailMime *
email_mime_new (GBytes *bytes)
{
  EmailMime *self = g_new0 (EmailMime, 1);
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (Open));
  g_autoptr (GHashTable) boundaries = g_hash_table_new (peer_hash, g_str_equal);
  Cutter cutter = { .mime = self, .stack = stack, .boundaries = boundaries };

  g_assert (bytes != NULL);

  g_array_set_clear_func (stack, clear_open);
  self->bytes = g_bytes_ref (bytes);
  self->ranges = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  cutter.bytes = g_bytes_get_data (bytes, &cutter.size);
  if (cutter.bytes == NULL)
    cutter.bytes = "";
  self->line_end = email_fields_find_line_end (cutter.bytes, cutter.size);
  cut (&cutter);

  return self;
}

void
email_mime_free (EmailMime *self)
{
  if (self == NULL)
    return;

  g_bytes_unref (self->bytes);
  g_hash_table_unref (self->ranges);
  email_structure_free (self->root);
  g_free (self);
}

const EmailStructure *
email_mime_get_structure (EmailMime *self)
{
  return self->root;
}

GBytes *
email_mime_dup_header (EmailMime *self, const EmailStructure *part)
{
  const Range *range = g_hash_table_lookup (self->ranges, part);

  g_assert (range != NULL);

  return g_bytes_new_from_bytes (self->bytes, range->header_start,
                                 range->body_start - range->header_start);
}

GBytes *
email_mime_dup_body (EmailMime *self, const EmailStructure *part)
{
  const Range *range = g_hash_table_lookup (self->ranges, part);

  g_assert (range != NULL);

  return g_bytes_new_from_bytes (self->bytes, range->body_start,
                                 range->body_end - range->body_start);
}
