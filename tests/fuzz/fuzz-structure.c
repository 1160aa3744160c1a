/* The fuzzer's entry: any text is a BODYSTRUCTURE, or an ENVELOPE when the first byte is odd.
 *
 * The tree of parts has ids as RFC 9051 gives them and stays below its limits; written down again, it is
 * the same tree. A field that is read alone is the field of the whole envelope.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "fuzz-lib.h"

#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/grammar/imap-data.h"
#include "gimap4d/imap/grammar/imap-envelope.h"

/* All of it but the line end that counts as its own. */
static ImapSpan
span_of (ImapFrame *frame)
{
  return (ImapSpan){ 0, imap_frame_get_size (frame) - strlen ("\r\n") };
}

static void
check_text (const char *text)
{
  fuzz_demand (text == NULL || g_utf8_validate (text, -1, NULL));
}

static void
check_addresses (GPtrArray *addresses)
{
  fuzz_demand (addresses->len <= IMAP_LIMIT_ADDRESSES);
  for (guint i = 0; i < addresses->len; i++)
    {
      const EmailAddressValue *address = g_ptr_array_index (addresses, i);

      fuzz_demand (address->name != NULL || address->email != NULL);
      check_text (address->name);
      check_text (address->email);
    }
}

static gboolean
equal_addresses (GPtrArray *a, GPtrArray *b)
{
  for (guint i = 0; i < MIN (a->len, b->len); i++)
    {
      const EmailAddressValue *one = g_ptr_array_index (a, i);
      const EmailAddressValue *other = g_ptr_array_index (b, i);

      if (g_strcmp0 (one->name, other->name) != 0 || g_strcmp0 (one->email, other->email) != 0)
        return FALSE;
    }

  return a->len == b->len;
}

static void
check_text_alone (ImapFrame *frame,
                  EmailEnvelopeField field,
                  const char *expected,
                  gboolean is_whole)
{
  ImapSpan span = span_of (frame);
  g_autofree char *alone = NULL;

  fuzz_demand (imap_envelope_read_text (frame, &span, field, &alone));
  check_text (expected);
  check_text (alone);
  /* Behind something malformed there may be something else to either. */
  fuzz_demand (!is_whole || g_strcmp0 (alone, expected) == 0);
}

static void
check_addresses_alone (ImapFrame *frame,
                       EmailEnvelopeField field,
                       GPtrArray *expected,
                       gboolean is_whole)
{
  ImapSpan span = span_of (frame);
  g_autoptr (GPtrArray) alone = email_addresses_new ();

  fuzz_demand (imap_envelope_read_addresses (frame, &span, field, alone));
  check_addresses (expected);
  check_addresses (alone);
  fuzz_demand (!is_whole || equal_addresses (alone, expected));
}

static void
check_envelope (ImapFrame *frame)
{
  ImapSpan span = span_of (frame);
  g_autoptr (EmailEnvelope) envelope = imap_envelope_parse (frame, &span);
  gboolean is_whole;

  if (envelope == NULL)
    return;
  is_whole = !envelope->is_truncated;
  check_text_alone (frame, EMAIL_ENVELOPE_DATE, envelope->date, is_whole);
  check_text_alone (frame, EMAIL_ENVELOPE_SUBJECT, envelope->subject, is_whole);
  check_addresses_alone (frame, EMAIL_ENVELOPE_FROM, envelope->from, is_whole);
  check_addresses_alone (frame, EMAIL_ENVELOPE_SENDER, envelope->sender, is_whole);
  check_addresses_alone (frame, EMAIL_ENVELOPE_REPLY_TO, envelope->reply_to, is_whole);
  check_addresses_alone (frame, EMAIL_ENVELOPE_TO, envelope->to, is_whole);
  check_addresses_alone (frame, EMAIL_ENVELOPE_CC, envelope->cc, is_whole);
  check_addresses_alone (frame, EMAIL_ENVELOPE_BCC, envelope->bcc, is_whole);
  check_text_alone (frame, EMAIL_ENVELOPE_IN_REPLY_TO, envelope->in_reply_to, is_whole);
  check_text_alone (frame, EMAIL_ENVELOPE_MESSAGE_ID, envelope->message_id, is_whole);
}

static void
check_parameters (GHashTable *parameters)
{
  GHashTableIter iter;
  gpointer name, value;

  fuzz_demand (g_hash_table_size (parameters) <= IMAP_LIMIT_PARAMETERS);
  g_hash_table_iter_init (&iter, parameters);
  while (g_hash_table_iter_next (&iter, &name, &value))
    {
      g_autofree char *lower = g_ascii_strdown (name, -1);

      fuzz_demand (*lower != '\0' && g_str_equal (lower, name) && value != NULL);
      check_text (name);
      check_text (value);
    }
}

/* section-part = nz-number *("." nz-number), or TEXT behind one: what BODY[…] takes. */
static void
check_part_id (const char *id)
{
  if (*id == '\0')
    return;
  for (;;)
    {
      guint64 number = g_ascii_strtoull (id, (char **) &id, 10);

      fuzz_demand (number > 0 && number <= EMAIL_LIMIT_PARTS);
      if (*id == '\0')
        return;
      fuzz_demand (*id++ == '.');
      if (g_str_equal (id, "TEXT"))
        return;
      fuzz_demand (g_ascii_isdigit (*id));
    }
}

static void
check_part (const EmailStructure *part, GHashTable *ids, guint depth)
{
  fuzz_demand (depth <= IMAP_LIMIT_DEPTH_STRUCTURE);
  check_part_id (part->part_id);
  fuzz_demand (g_hash_table_add (ids, part->part_id));
  fuzz_demand (g_hash_table_size (ids) <= EMAIL_LIMIT_PARTS);
  fuzz_demand (part->type != NULL && strchr (part->type, '/') != NULL);
  check_text (part->type);
  check_text (part->content_id);
  check_text (part->description);
  check_text (part->encoding);
  check_text (part->disposition);
  check_text (part->location);
  check_parameters (part->parameters);
  check_parameters (part->disposition_parameters);
  for (guint i = 0; part->language != NULL && part->language[i] != NULL; i++)
    check_text (part->language[i]);
  if (part->envelope != NULL)
    check_text (part->envelope->subject);
  for (guint i = 0; i < part->parts->len; i++)
    check_part (g_ptr_array_index (part->parts, i), ids, depth + 1);
}

static void
write_word (GString *to, const char *word, gsize length)
{
  g_string_append_printf (to, "{%zu}\r\n", length);
  g_string_append_len (to, word, (gssize) length);
}

static void write_part (GString *to, const EmailStructure *part);

static void
write_single (GString *to, const EmailStructure *part)
{
  /* A type may begin with one. */
  const char *slash = strchr (part->type + 1, '/');

  write_word (to, part->type, (gsize) (slash - part->type));
  g_string_append_c (to, ' ');
  write_word (to, slash + 1, strlen (slash + 1));
  g_string_append_printf (to, " NIL NIL NIL NIL %" G_GUINT64_FORMAT, part->size);
  if (part->envelope == NULL)
    return;
  g_string_append (to, " (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) ");
  if (part->parts->len > 0)
    write_part (to, g_ptr_array_index (part->parts, 0));
  g_string_append (to, " 0");
}

/* What makes the tree: types, sizes, children. */
static void
write_part (GString *to, const EmailStructure *part)
{
  g_string_append_c (to, '(');
  if (part->parts->len == 0 || part->envelope != NULL)
    {
      write_single (to, part);
    }
  else
    {
      for (guint i = 0; i < part->parts->len; i++)
        write_part (to, g_ptr_array_index (part->parts, i));
      g_string_append_c (to, ' ');
      write_word (to, strchr (part->type, '/') + 1, strlen (strchr (part->type, '/') + 1));
    }
  g_string_append_c (to, ')');
}

static EmailStructure *
parse_structure (ImapFrame *frame)
{
  ImapFetch fetch = { .frame = frame, .structure = span_of (frame) };

  return imap_fetch_parse_structure (&fetch);
}

static void
demand_same_part (const EmailStructure *a, const EmailStructure *b)
{
  fuzz_demand (g_str_equal (a->part_id, b->part_id));
  fuzz_demand (g_str_equal (a->type, b->type));
  fuzz_demand (a->size == b->size);
  fuzz_demand (a->parts->len == b->parts->len);
  for (guint i = 0; i < a->parts->len; i++)
    demand_same_part (g_ptr_array_index (a->parts, i), g_ptr_array_index (b->parts, i));
}

static void
check_structure (ImapFrame *frame)
{
  g_autoptr (EmailStructure) root = parse_structure (frame);
  g_autoptr (EmailStructure) again = NULL;
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GString) written = g_string_new (NULL);
  g_autoptr (ImapFrame) second = NULL;

  if (root == NULL)
    return;
  check_part (root, ids, 1);
  write_part (written, root);
  second = imap_frame_new_from_text (written->str, (gssize) written->len);
  again = parse_structure (second);
  fuzz_demand (again != NULL && !again->is_truncated);
  demand_same_part (root, again);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  FuzzInput input = { data, size };
  gboolean is_envelope = fuzz_take_byte (&input) % 2 == 1;
  gsize length;
  g_autofree char *text = fuzz_take_rest (&input, &length);
  g_autoptr (ImapFrame) frame = imap_frame_new_from_text (text, (gssize) length);

  if (is_envelope)
    check_envelope (frame);
  else
    check_structure (frame);

  return 0;
}
