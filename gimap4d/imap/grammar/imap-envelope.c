/* ENVELOPE (RFC 9051, 7.5.2): what is malformed costs that field, and sets is_truncated.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/grammar/imap-envelope.h"

#include <string.h>

#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/imap/grammar/imap-data.h"
#include "gimap4d/imap/grammar/imap-quirks.h"

/* Envelope, list of addresses, address. */
#define ENVELOPE_DEPTH 3

/* FALSE when there is no field any more. */
static gboolean
begin_field (ImapReader *reader, gboolean *is_truncated)
{
  imap_reader_accept_space (reader);
  if (reader->error == NULL && !imap_reader_at_end (reader) && imap_reader_peek (reader) != ')')
    return TRUE;
  *is_truncated = TRUE;

  return FALSE;
}

static void
skip_malformed (ImapReader *reader, gboolean *is_truncated)
{
  *is_truncated = TRUE;
  imap_reader_skip_value (reader, NULL);
}

/* An nstring that is none is skipped. */
static char *
read_text (ImapReader *reader, gboolean *is_truncated)
{
  ImapString string = { 0 };
  char *text = NULL;
  char next;

  if (!begin_field (reader, is_truncated))
    return NULL;

  next = imap_reader_peek (reader);
  if (imap_reader_accept_nil (reader))
    return NULL;
  if (next != '"' && next != '{')
    {
      skip_malformed (reader, is_truncated);
      return NULL;
    }
  if (!imap_reader_expect_nstring (reader, &string))
    return NULL;
  text = email_decode_text (string.data, string.length);
  imap_string_clear (&string);

  return text;
}

typedef struct
{
  ImapString name;
  ImapString route;
  ImapString mailbox;
  ImapString host;
} Address;

static void
address_clear (Address *address)
{
  imap_string_clear (&address->name);
  imap_string_clear (&address->route);
  imap_string_clear (&address->mailbox);
  imap_string_clear (&address->host);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Address, address_clear)

static gboolean
is_plain (const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (text[i] < ' ' || text[i] == 0x7f)
      return FALSE;

  return length > 0;
}

/* What RFC 5322, 3.4.1 allows in front of an at sign only in quotes. Dots that it does not allow are
 * no matter: there are such addresses. */
static gboolean
needs_quotes (const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (text[i] != '\0' && strchr (" ()<>[]:;@\\,\"", text[i]) != NULL)
      return TRUE;

  return FALSE;
}

/* What nearly all addresses are: two words of ASCII, neither a placeholder. */
static char *
join_plain (const Address *address)
{
  gsize length = address->mailbox.length + 1 + address->host.length;
  char *email;

  if (!is_plain (address->mailbox.data, address->mailbox.length) ||
      !is_plain (address->host.data, address->host.length) ||
      needs_quotes (address->mailbox.data, address->mailbox.length) ||
      imap_quirk_is_placeholder (&address->mailbox) || imap_quirk_is_placeholder (&address->host))
    return NULL;

  email = g_malloc (length + 1);
  memcpy (email, address->mailbox.data, address->mailbox.length);
  email[address->mailbox.length] = '@';
  memcpy (email + address->mailbox.length + 1, address->host.data, address->host.length);
  email[length] = '\0';

  return email;
}

/* Returns the text. A line break, which only a literal can hold, must not come out of an address. */
static char *
blank_controls (char *text)
{
  for (char *at = text; *at != '\0'; at++)
    if (g_ascii_iscntrl (*at))
      *at = ' ';

  return text;
}

/* RFC 9051, 7.5.2: the server has taken the quotes off. Some leave them. */
static char *
quote_mailbox (const char *mailbox)
{
  GString *quoted;

  if (mailbox[0] == '"' && mailbox[1] != '\0' && g_str_has_suffix (mailbox, "\""))
    return g_strdup (mailbox);

  quoted = g_string_new ("\"");
  for (const char *c = mailbox; *c != '\0'; c++)
    {
      if (*c == '"' || *c == '\\')
        g_string_append_c (quoted, '\\');
      g_string_append_c (quoted, *c);
    }
  g_string_append_c (quoted, '"');

  return g_string_free (quoted, FALSE);
}

static char *
join_email (const Address *address)
{
  g_autofree char *mailbox = NULL;
  g_autofree char *host = NULL;
  g_autofree char *local = NULL;
  char *email = join_plain (address);

  if (email != NULL)
    return email;

  if (!imap_quirk_is_placeholder (&address->mailbox))
    mailbox = imap_string_dup_utf8 (&address->mailbox);
  if (!imap_quirk_is_placeholder (&address->host))
    host = imap_string_dup_utf8 (&address->host);
  if (mailbox == NULL || *mailbox == '\0')
    return NULL;
  blank_controls (mailbox);
  if (host == NULL || *host == '\0')
    return g_steal_pointer (&mailbox);

  if (needs_quotes (mailbox, strlen (mailbox)))
    local = quote_mailbox (mailbox);

  return g_strconcat (local != NULL ? local : mailbox, "@", blank_controls (host), NULL);
}

/* Begin and end of a group have no host: its members stand between and are taken like others. */
static void
add_address (GPtrArray *to, const Address *address)
{
  g_autofree char *name = NULL;
  g_autofree char *email = NULL;

  if (address->host.data == NULL)
    return;

  email = join_email (address);
  if (address->name.data != NULL)
    name = email_decode_text (address->name.data, address->name.length);
  if (email != NULL || name != NULL)
    g_ptr_array_add (to,
                     email_address_value_take (g_steal_pointer (&name), g_steal_pointer (&email)));
}

static gboolean
read_address (ImapReader *reader, GPtrArray *to)
{
  g_auto (Address) address = { 0 };

  if (!imap_reader_expect_list (reader) || !imap_reader_expect_nstring (reader, &address.name) ||
      !imap_reader_expect_space (reader) || !imap_reader_expect_nstring (reader, &address.route) ||
      !imap_reader_expect_space (reader) ||
      !imap_reader_expect_nstring (reader, &address.mailbox) ||
      !imap_reader_expect_space (reader) || !imap_reader_expect_nstring (reader, &address.host) ||
      !imap_reader_expect_list_end (reader))
    return FALSE;
  add_address (to, &address);

  return TRUE;
}

/* The reader's own error stays its own: a malformed address costs that address. */
static void
read_listed_address (ImapReader *reader, GPtrArray *to, gboolean *is_truncated)
{
  g_auto (ImapReader) inner = { 0 };
  ImapSpan span;

  if (!imap_reader_skip_value (reader, &span))
    return;
  if (to->len == IMAP_LIMIT_ADDRESSES)
    {
      *is_truncated = TRUE;
      return;
    }

  imap_reader_init_span (&inner, reader->frame, &span);
  if (!read_address (&inner, to))
    *is_truncated = TRUE;
}

static void
read_addresses (ImapReader *reader, GPtrArray *to, gboolean *is_truncated)
{
  if (!begin_field (reader, is_truncated) || imap_reader_accept_nil (reader))
    return;
  if (!imap_reader_accept_list (reader))
    {
      skip_malformed (reader, is_truncated);
      return;
    }

  while (reader->error == NULL && !imap_reader_accept_list_end (reader))
    {
      imap_reader_accept_space (reader);
      read_listed_address (reader, to, is_truncated);
    }
}

EmailEnvelope *
imap_envelope_parse (ImapFrame *frame, const ImapSpan *span)
{
  g_autoptr (EmailEnvelope) envelope = NULL;
  g_auto (ImapReader) reader = { 0 };

  imap_reader_init_span (&reader, frame, span);
  imap_reader_set_max_depth (&reader, ENVELOPE_DEPTH);
  if (!imap_reader_accept_list (&reader))
    return NULL;

  envelope = email_envelope_new ();
  envelope->date = read_text (&reader, &envelope->is_truncated);
  envelope->subject = read_text (&reader, &envelope->is_truncated);
  read_addresses (&reader, envelope->from, &envelope->is_truncated);
  read_addresses (&reader, envelope->sender, &envelope->is_truncated);
  read_addresses (&reader, envelope->reply_to, &envelope->is_truncated);
  read_addresses (&reader, envelope->to, &envelope->is_truncated);
  read_addresses (&reader, envelope->cc, &envelope->is_truncated);
  read_addresses (&reader, envelope->bcc, &envelope->is_truncated);
  envelope->in_reply_to = read_text (&reader, &envelope->is_truncated);
  envelope->message_id = read_text (&reader, &envelope->is_truncated);
  if (!imap_reader_expect_list_end (&reader))
    envelope->is_truncated = TRUE;

  return g_steal_pointer (&envelope);
}

/* FALSE when there is no such field, which is no error: those behind something malformed are lost. */
static gboolean
pass_to (ImapReader *reader, EmailEnvelopeField field)
{
  gboolean is_truncated;

  for (guint i = 0; i < (guint) field; i++)
    if (!begin_field (reader, &is_truncated) || !imap_reader_skip_value (reader, NULL))
      return FALSE;

  return TRUE;
}

gboolean
imap_envelope_read_text (ImapFrame *frame,
                         const ImapSpan *span,
                         EmailEnvelopeField field,
                         char **out_text)
{
  g_auto (ImapReader) reader = { 0 };
  gboolean is_truncated;

  imap_reader_init_span (&reader, frame, span);
  imap_reader_set_max_depth (&reader, ENVELOPE_DEPTH);
  if (!imap_reader_accept_list (&reader))
    return FALSE;

  *out_text = pass_to (&reader, field) ? read_text (&reader, &is_truncated) : NULL;

  return TRUE;
}

gboolean
imap_envelope_read_addresses (ImapFrame *frame,
                              const ImapSpan *span,
                              EmailEnvelopeField field,
                              GPtrArray *addresses)
{
  g_auto (ImapReader) reader = { 0 };
  gboolean is_truncated;

  imap_reader_init_span (&reader, frame, span);
  imap_reader_set_max_depth (&reader, ENVELOPE_DEPTH);
  if (!imap_reader_accept_list (&reader))
    return FALSE;

  if (pass_to (&reader, field))
    read_addresses (&reader, addresses, &is_truncated);

  return TRUE;
}

EmailEnvelope *
imap_fetch_parse_envelope (const ImapFetch *fetch)
{
  return imap_envelope_parse (fetch->frame, &fetch->envelope);
}

gboolean
imap_fetch_read_envelope_text (const ImapFetch *fetch, EmailEnvelopeField field, char **out_text)
{
  return imap_envelope_read_text (fetch->frame, &fetch->envelope, field, out_text);
}

gboolean
imap_fetch_read_envelope_addresses (const ImapFetch *fetch,
                                    EmailEnvelopeField field,
                                    GPtrArray *addresses)
{
  return imap_envelope_read_addresses (fetch->frame, &fetch->envelope, field, addresses);
}
