/* What is known of a mail, read from its source when somebody asks for it.
 *
 * Asking goes from the cheap to the dear: envelope, header block, whole mail. Nothing is parsed for a
 * fact that something cheaper has.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/mail/email-facts.h"

#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/mail/email-body-part-private.h"
#include "gimap4d/mail/email-date.h"
#include "gimap4d/mail/email-fields.h"
#include "gimap4d/mail/email-keywords.h"
#include "gimap4d/mail/email-list.h"
#include "gimap4d/mail/email-lists.h"
#include "gimap4d/mail/email-message-ids.h"
#include "gimap4d/mail/email-preview.h"
#include "gimap4d/mail/g-email-address.h"
#include "gimap4d/mail/g-email-header.h"
#include "gimap4d/mail/mail-attachment-private.h"

/* The same order in both. */
G_STATIC_ASSERT (EMAIL_FACT_BCC - EMAIL_FACT_FROM == EMAIL_ENVELOPE_BCC - EMAIL_ENVELOPE_FROM);

struct _EmailFacts
{
  EmailSource *source; /* nullable */

  /* Each is NULL until it was asked for, and stays so when it cannot be had. */
  EmailEnvelope *envelope;
  EmailFields *fields;
  EmailContent *content;
  gboolean is_envelope_read;
  gboolean are_fields_read;
  gboolean is_content_read;
};

EmailFacts *
email_facts_new (EmailSource *source)
{
  EmailFacts *self = g_new0 (EmailFacts, 1);

  if (source != NULL)
    self->source = email_source_ref (source);

  return self;
}

void
email_facts_free (EmailFacts *self)
{
  if (self == NULL)
    return;

  g_clear_pointer (&self->source, email_source_unref);
  email_envelope_free (self->envelope);
  email_fields_free (self->fields);
  g_clear_pointer (&self->content, email_content_unref);
  g_free (self);
}

gpointer
email_fact_copy (EmailFact fact, gpointer value)
{
  if (value == NULL)
    return NULL;

  switch (fact)
    {
    case EMAIL_FACT_ID ... EMAIL_FACT_PREVIEW:
      return g_strdup (value);
    case EMAIL_FACT_RECEIVED_AT ... EMAIL_FACT_SEND_AT:
      return g_date_time_ref (value);
    case EMAIL_FACT_REFERENCES ... EMAIL_FACT_KEYWORDS:
      return g_strdupv (value);
    default:
      return g_object_ref (value);
    }
}

gpointer
email_fact_new_empty (EmailFact fact)
{
  switch (fact)
    {
    case EMAIL_FACT_REFERENCES ... EMAIL_FACT_KEYWORDS:
      return g_new0 (char *, 1);
    case EMAIL_FACT_FROM ... EMAIL_FACT_BCC:
      return g_list_store_new (G_TYPE_EMAIL_ADDRESS);
    case EMAIL_FACT_HEADERS:
      return g_list_store_new (G_TYPE_EMAIL_HEADER);
    case EMAIL_FACT_ATTACHMENTS:
      return g_list_store_new (G_TYPE_MAIL_ATTACHMENT);
    default:
      return NULL;
    }
}

void
email_fact_free (EmailFact fact, gpointer value)
{
  if (value == NULL)
    return;

  switch (fact)
    {
    case EMAIL_FACT_ID ... EMAIL_FACT_PREVIEW:
      g_free (value);
      break;
    case EMAIL_FACT_RECEIVED_AT ... EMAIL_FACT_SEND_AT:
      g_date_time_unref (value);
      break;
    case EMAIL_FACT_REFERENCES ... EMAIL_FACT_KEYWORDS:
      g_strfreev (value);
      break;
    default:
      g_object_unref (value);
    }
}

static GBytes *
ask_header (EmailFacts *self)
{
  GBytes *block = NULL;

  if (self->source->klass->dup_header != NULL)
    block = self->source->klass->dup_header (self->source);
  if (block == NULL && self->source->klass->dup_mime != NULL)
    block = self->source->klass->dup_mime (self->source);

  return block;
}

static EmailFields *
get_fields (EmailFacts *self)
{
  g_autoptr (GBytes) block = NULL;
  const char *bytes;
  gsize size;

  if (self->are_fields_read)
    return self->fields;

  self->are_fields_read = TRUE;
  block = ask_header (self);
  if (block == NULL)
    return NULL;

  bytes = g_bytes_get_data (block, &size);
  if (bytes == NULL)
    bytes = "";
  self->fields = email_fields_new (bytes, size, email_fields_find_line_end (bytes, size));

  return self->fields;
}

static EmailEnvelope *
get_envelope (EmailFacts *self)
{
  if (self->is_envelope_read)
    return self->envelope;

  self->is_envelope_read = TRUE;
  if (self->source->klass->dup_envelope != NULL)
    self->envelope = self->source->klass->dup_envelope (self->source);
  if (self->envelope == NULL && get_fields (self) != NULL)
    self->envelope = email_fields_dup_envelope (self->fields);

  return self->envelope;
}

/* Owned. Read alone, as long as nobody has needed the whole envelope. */
static char *
read_envelope_text (EmailFacts *self, EmailEnvelopeField field)
{
  const EmailSourceClass *klass = self->source->klass;
  const EmailEnvelope *envelope;
  char *text = NULL;

  if (!self->is_envelope_read && klass->read_envelope_text != NULL &&
      klass->read_envelope_text (self->source, field, &text))
    return text;

  envelope = get_envelope (self);
  if (envelope == NULL)
    return NULL;

  switch ((int) field)
    {
    case EMAIL_ENVELOPE_DATE:
      return g_strdup (envelope->date);
    case EMAIL_ENVELOPE_SUBJECT:
      return g_strdup (envelope->subject);
    case EMAIL_ENVELOPE_IN_REPLY_TO:
      return g_strdup (envelope->in_reply_to);
    case EMAIL_ENVELOPE_MESSAGE_ID:
    default:
      return g_strdup (envelope->message_id);
    }
}

/* Owned. */
static GPtrArray *
read_envelope_addresses (EmailFacts *self, EmailEnvelopeField field)
{
  const EmailSourceClass *klass = self->source->klass;
  const EmailEnvelope *envelope;
  g_autoptr (GPtrArray) addresses = email_addresses_new ();

  if (!self->is_envelope_read && klass->read_envelope_addresses != NULL &&
      klass->read_envelope_addresses (self->source, field, addresses))
    return g_steal_pointer (&addresses);

  envelope = get_envelope (self);
  if (envelope == NULL)
    return g_steal_pointer (&addresses);

  switch ((int) field)
    {
    case EMAIL_ENVELOPE_FROM:
      return g_ptr_array_ref (envelope->from);
    case EMAIL_ENVELOPE_SENDER:
      return g_ptr_array_ref (envelope->sender);
    case EMAIL_ENVELOPE_REPLY_TO:
      return g_ptr_array_ref (envelope->reply_to);
    case EMAIL_ENVELOPE_TO:
      return g_ptr_array_ref (envelope->to);
    case EMAIL_ENVELOPE_CC:
      return g_ptr_array_ref (envelope->cc);
    case EMAIL_ENVELOPE_BCC:
    default:
      return g_ptr_array_ref (envelope->bcc);
    }
}

static EmailContent *
get_content (EmailFacts *self)
{
  if (!self->is_content_read)
    self->content = email_content_new (self->source);
  self->is_content_read = TRUE;

  return self->content;
}

static char *
read_field (EmailFacts *self, const char *name)
{
  return get_fields (self) != NULL ? email_fields_dup_text (self->fields, name) : NULL;
}

static GStrv
read_references (EmailFacts *self)
{
  g_autofree char *text = read_field (self, "References");

  return email_message_ids_parse (text);
}

static GStrv
read_keywords (EmailFacts *self)
{
  g_auto (GStrv) flags = NULL;

  if (self->source->klass->dup_flags != NULL)
    flags = self->source->klass->dup_flags (self->source);

  return email_keywords_from_flags ((const char *const *) flags);
}

static gboolean
is_same (GPtrArray *one, GPtrArray *other)
{
  for (guint i = 0; i < one->len && one->len == other->len; i++)
    {
      const EmailAddressValue *a = one->pdata[i];
      const EmailAddressValue *b = other->pdata[i];

      if (g_strcmp0 (a->email, b->email) != 0 || g_strcmp0 (a->name, b->name) != 0)
        return FALSE;
    }

  return one->len == other->len;
}

/* A server's envelope repeats From where the mail has no Sender or Reply-To (RFC 9051, 7.5.2). The
 * same mail has to look the same whoever read its header. */
static GListModel *
read_addresses (EmailFacts *self, EmailFact fact)
{
  EmailEnvelopeField field = EMAIL_ENVELOPE_FROM + (fact - EMAIL_FACT_FROM);
  g_autoptr (GPtrArray) addresses = read_envelope_addresses (self, field);

  if (field == EMAIL_ENVELOPE_SENDER || field == EMAIL_ENVELOPE_REPLY_TO)
    {
      g_autoptr (GPtrArray) from = read_envelope_addresses (self, EMAIL_ENVELOPE_FROM);

      if (is_same (addresses, from))
        {
          g_ptr_array_unref (addresses);
          addresses = g_ptr_array_new ();
        }
    }

  return email_lists_new_addresses (addresses);
}

static GListModel *
read_headers (EmailFacts *self)
{
  if (get_fields (self) == NULL)
    return G_LIST_MODEL (g_list_store_new (G_TYPE_EMAIL_HEADER));

  return email_lists_new_headers (self->fields);
}

typedef struct
{
  GPtrArray *text;
  GPtrArray *html;
  GPtrArray *attachments;
} Sorted;

static void
sort_parts (EmailContent *content, Sorted *sorted)
{
  sorted->text = g_ptr_array_new ();
  sorted->html = g_ptr_array_new ();
  sorted->attachments = g_ptr_array_new ();
  if (content != NULL)
    email_content_sort_parts (content, sorted->text, sorted->html, sorted->attachments);
}

static void
clear_sorted (Sorted *sorted)
{
  g_ptr_array_unref (sorted->text);
  g_ptr_array_unref (sorted->html);
  g_ptr_array_unref (sorted->attachments);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sorted, clear_sorted)

static char *
join_texts (EmailContent *content, GPtrArray *parts)
{
  GString *joined;

  if (parts->len == 0)
    return NULL;

  joined = g_string_new (NULL);
  for (guint i = 0; i < parts->len; i++)
    {
      g_autofree char *text = email_content_dup_text (content, parts->pdata[i], G_MAXSIZE, NULL);

      if (i > 0)
        g_string_append_c (joined, '\n');
      g_string_append (joined, text);
    }

  return g_string_free (joined, FALSE);
}

static char *
read_body (EmailFacts *self, EmailFact fact)
{
  EmailContent *content = get_content (self);
  g_auto (Sorted) sorted = { NULL };

  sort_parts (content, &sorted);
  if (content == NULL || !email_content_is_here (content))
    return NULL;

  return join_texts (content, fact == EMAIL_FACT_TEXT_BODY ? sorted.text : sorted.html);
}

static char *
read_preview (EmailFacts *self)
{
  EmailContent *content = get_content (self);
  g_auto (Sorted) sorted = { NULL };
  g_autofree char *text = NULL;
  gboolean is_html;

  sort_parts (content, &sorted);
  if (content == NULL || !email_content_is_here (content) ||
      sorted.text->len + sorted.html->len == 0)
    return NULL;

  is_html = sorted.text->len == 0;
  text = email_content_dup_text (content, is_html ? sorted.html->pdata[0] : sorted.text->pdata[0],
                                 EMAIL_LIMIT_PREVIEW_BYTES, NULL);

  return is_html ? email_preview_from_html (text) : email_preview_from_text (text);
}

static GListModel *
read_attachments (EmailFacts *self)
{
  EmailContent *content = get_content (self);
  g_autoptr (GPtrArray) objects = g_ptr_array_new_with_free_func (g_object_unref);
  g_auto (Sorted) sorted = { NULL };

  sort_parts (content, &sorted);
  for (guint i = 0; i < sorted.attachments->len; i++)
    g_ptr_array_add (objects, mail_attachment_new_for_part (content, sorted.attachments->pdata[i]));

  return email_list_new (G_TYPE_MAIL_ATTACHMENT, objects);
}

static GEmailBodyPart *
read_body_structure (EmailFacts *self)
{
  EmailContent *content = get_content (self);

  if (content == NULL)
    return NULL;

  return email_body_part_new (content, email_content_get_structure (content));
}

static char *
read_message_ids (EmailFacts *self, EmailFact fact)
{
  gboolean is_own = fact == EMAIL_FACT_MESSAGE_ID;
  g_autofree char *text = read_envelope_text (self, is_own ? EMAIL_ENVELOPE_MESSAGE_ID :
                                                             EMAIL_ENVELOPE_IN_REPLY_TO);
  g_auto (GStrv) ids = email_message_ids_parse (text);

  if (ids[0] == NULL)
    return NULL;

  return is_own ? g_strdup (ids[0]) : g_strjoinv (" ", ids);
}

static GDateTime *
read_send_at (EmailFacts *self)
{
  g_autofree char *text = read_envelope_text (self, EMAIL_ENVELOPE_DATE);

  return email_date_parse (text);
}

static GDateTime *
read_received_at (EmailFacts *self)
{
  if (self->source->klass->dup_received_at == NULL)
    return NULL;

  return self->source->klass->dup_received_at (self->source);
}

static char *
read_id (EmailFacts *self)
{
  if (self->source->klass->dup_id == NULL)
    return NULL;

  return self->source->klass->dup_id (self->source);
}

gpointer
email_facts_read (EmailFacts *self, EmailFact fact)
{
  if (self->source == NULL)
    return email_fact_new_empty (fact);

  switch (fact)
    {
    case EMAIL_FACT_ID:
      return read_id (self);
    case EMAIL_FACT_SUBJECT:
      return read_envelope_text (self, EMAIL_ENVELOPE_SUBJECT);
    case EMAIL_FACT_MESSAGE_ID:
    case EMAIL_FACT_IN_REPLY_TO:
      return read_message_ids (self, fact);
    case EMAIL_FACT_COMMENTS:
      return read_field (self, "Comments");
    case EMAIL_FACT_TEXT_BODY:
    case EMAIL_FACT_HTML_BODY:
      return read_body (self, fact);
    case EMAIL_FACT_PREVIEW:
      return read_preview (self);
    case EMAIL_FACT_RECEIVED_AT:
      return read_received_at (self);
    case EMAIL_FACT_SEND_AT:
      return read_send_at (self);
    case EMAIL_FACT_REFERENCES:
      return read_references (self);
    case EMAIL_FACT_KEYWORDS:
      return read_keywords (self);
    case EMAIL_FACT_HEADERS:
      return read_headers (self);
    case EMAIL_FACT_ATTACHMENTS:
      return read_attachments (self);
    case EMAIL_FACT_BODY_STRUCTURE:
      return read_body_structure (self);
    default:
      return read_addresses (self, fact);
    }
}

guint64
email_facts_read_size (EmailFacts *self)
{
  g_autoptr (GBytes) mime = NULL;
  gint64 size = -1;

  if (self->source == NULL)
    return 0;

  if (self->source->klass->get_size != NULL)
    size = self->source->klass->get_size (self->source);
  if (size >= 0)
    return size;

  if (self->source->klass->dup_mime != NULL)
    mime = self->source->klass->dup_mime (self->source);

  return mime != NULL ? g_bytes_get_size (mime) : 0;
}
