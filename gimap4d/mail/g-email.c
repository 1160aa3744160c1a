/* A mail: a set of facts that come when they are asked for.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/mail/g-email.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"
#include "gimap4d/mail/email-bytes-source.h"
#include "gimap4d/mail/email-object.h"

/**
 * SECTION:g-email
 * @Title: GEmail
 * @Short_description: a mail
 *
 * A mail that was received, or that is to be sent. It is 4D's Email object, which is made as JMAP
 * (RFC 8621) has it.
 *
 * #GImapTransporter hands out received mails. Nothing of them is read before it is asked for: the
 * subject comes from what the server says of the mail, and the MIME is taken apart when somebody wants
 * the text or the attachments. The properties of a received mail are facts: setting one is ignored.
 * It may be used from any thread.
 *
 * |[<!-- language="C" -->
 * static void
 * show (GEmail *email)
 * {
 *   GListModel *from = g_email_get_from (email);
 *   g_autoptr (GEmailAddress) first = g_list_model_get_item (from, 0);
 *   const char *text = g_email_get_text_body (email);
 *
 *   g_print ("%s: %s\n", first != NULL ? g_email_address_get_email (first) : "somebody",
 *            g_email_get_subject (email));
 *   g_print ("%s\n", text != NULL ? text : "(no plain text)");
 * }
 * ]|
 *
 * A mail of your own is made with g_email_new(), or with g_email_new_from_mime() from the bytes of a
 * message. Its properties can be set, and it belongs to one thread at a time.
 *
 * |[<!-- language="C" -->
 * g_autoptr (GEmail) email = g_email_new ();
 *
 * g_object_set (email, "subject", "Minutes", "text-body", "See you on Monday.\n", NULL);
 * ]|
 *
 * What the getters return belongs to the mail and stays valid until the mail goes or the property is
 * set.
 */

/**
 * GEmail:
 *
 * A mail that was received, or that is to be sent.
 *
 * Since: 1.0
 */
struct _GEmail
{
  GObject parent;

  EmailSource *source; /* nullable */
  gboolean is_received;

  GMutex lock;
  /* All below is under the lock. */
  EmailFacts *reader;
  guint32 known; /* a bit for each fact that is in @facts */
  gpointer facts[EMAIL_N_FACTS];
  guint64 size;
  gboolean is_measured;
  gboolean is_changed;
};

G_STATIC_ASSERT (EMAIL_N_FACTS <= 32);

/* Properties are numbered as the facts are, from 1. */
#define PROP_SIZE (EMAIL_N_FACTS + 1)

static GParamSpec *properties[EMAIL_N_FACTS + 2];

G_DEFINE_FINAL_TYPE (GEmail, g_email, G_TYPE_OBJECT)

static void
g_email_dispose (GObject *object)
{
  GEmail *self = G_EMAIL (object);

  if (self->source != NULL && self->source->klass->mail_disposed != NULL)
    self->source->klass->mail_disposed (self->source, self);

  G_OBJECT_CLASS (g_email_parent_class)->dispose (object);
}

static void
g_email_finalize (GObject *object)
{
  GEmail *self = G_EMAIL (object);

  for (guint fact = 0; fact < EMAIL_N_FACTS; fact++)
    email_fact_free (fact, self->facts[fact]);
  g_clear_pointer (&self->reader, email_facts_free);
  g_clear_pointer (&self->source, email_source_unref);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (g_email_parent_class)->finalize (object);
}

static void
g_email_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GEmail *self = G_EMAIL (object);

  if (id == PROP_SIZE)
    g_value_set_uint64 (value, g_email_get_size (self));
  else if (G_VALUE_HOLDS_STRING (value))
    g_value_set_string (value, email_get_fact (self, id - 1));
  else if (G_VALUE_HOLDS_BOXED (value))
    g_value_set_boxed (value, email_get_fact (self, id - 1));
  else
    g_value_set_object (value, email_get_fact (self, id - 1));
}

static void
g_email_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GEmail *self = G_EMAIL (object);

  if (G_VALUE_HOLDS_STRING (value))
    email_set_fact (self, id - 1, g_value_get_string (value));
  else if (G_VALUE_HOLDS_BOXED (value))
    email_set_fact (self, id - 1, g_value_get_boxed (value));
  else
    email_set_fact (self, id - 1, g_value_get_object (value));
}

static void
g_email_class_init (GEmailClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags readable = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  GParamFlags writable = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = g_email_dispose;
  object_class->finalize = g_email_finalize;
  object_class->get_property = g_email_get_property;
  object_class->set_property = g_email_set_property;

  /**
   * GEmail:id:
   *
   * The unique id of the mail in its box, as text, or %NULL.
   *
   * Since: 1.0
   */
  properties[EMAIL_FACT_ID + 1] = g_param_spec_string ("id", NULL, "The unique id in its box", NULL,
                                                       writable);

  /**
   * GEmail:subject:
   *
   * The subject, decoded, or %NULL when there is none.
   *
   * Since: 1.0
   */
  properties[EMAIL_FACT_SUBJECT + 1] = g_param_spec_string ("subject", NULL, "The subject", NULL,
                                                            writable);

  /**
   * GEmail:message-id:
   *
   * The id that the sender gave the mail, without angle brackets, "abc@example.com", or %NULL. A
   * mail that is built without one gets one.
   *
   * Since: 1.0
   */
  properties[EMAIL_FACT_MESSAGE_ID + 1] = g_param_spec_string (
      "message-id", NULL, "The id that the sender gave the mail", NULL, writable);

  /**
   * GEmail:in-reply-to:
   *
   * The message ids of what the mail answers, without angle brackets, with a space between them,
   * or %NULL.
   *
   * Since: 1.0
   */
  properties[EMAIL_FACT_IN_REPLY_TO + 1] = g_param_spec_string (
      "in-reply-to", NULL, "What the mail answers", NULL, writable);

  /**
   * GEmail:comments:
   *
   * The text of the Comments field, decoded, or %NULL.
   *
   * Since: 1.0
   */
  properties[EMAIL_FACT_COMMENTS + 1] = g_param_spec_string ("comments", NULL, "Comments", NULL,
                                                             writable);

  /**
   * GEmail:text-body:
   *
   * The plain text of the mail, or %NULL when it has none, only HTML, or when its body was not
   * fetched. Which parts are the text says RFC 8621, 4.1.4; several are put one after the other
   * with a line break between them. Lines end with LF. What could not be decoded is U+FFFD: see
   * #GEmailBodyPart:is-encoding-problem.
   *
   * Since: 1.0
   */
  properties[EMAIL_FACT_TEXT_BODY + 1] = g_param_spec_string ("text-body", NULL, "The plain text",
                                                              NULL, writable);

  /**
   * GEmail:html-body:
   *
   * The HTML text of the mail, or %NULL when it has none or its body was not fetched. It is what
   * a stranger wrote: do not show it without a sandbox.
   *
   * Since: 1.0
   */
  properties[EMAIL_FACT_HTML_BODY + 1] = g_param_spec_string ("html-body", NULL, "The HTML text",
                                                              NULL, writable);

  /**
   * GEmail:preview:
   *
   * The first words of the text in one line, at most 256 characters, or %NULL when there is no
   * text or the body was not fetched.
   *
   * Since: 1.0
   */
  properties[EMAIL_FACT_PREVIEW + 1] = g_param_spec_string (
      "preview", NULL, "The first words of the text", NULL, readable);

  /**
   * GEmail:received-at:
   *
   * When the mail arrived in its box, or %NULL. Of a mail to be sent it is what the server is to
   * note when the mail is appended.
   *
   * Since: 1.0
   */
  properties[EMAIL_FACT_RECEIVED_AT + 1] = g_param_spec_boxed (
      "received-at", NULL, "When the mail arrived", G_TYPE_DATE_TIME, writable);

  /**
   * GEmail:send-at:
   *
   * The date that the sender wrote into the mail, with the zone of the sender, or %NULL when
   * there is none or it is no date of the years 1 to 9999. A mail that is built without one gets
   * the date of now.
   *
   * Since: 1.0
   */
  properties[EMAIL_FACT_SEND_AT + 1] = g_param_spec_boxed (
      "send-at", NULL, "The date of the sender", G_TYPE_DATE_TIME, writable);

  /**
   * GEmail:references:
   *
   * The message ids of the mails before this one in its thread, without angle brackets, the
   * oldest first. Empty when only a summary was fetched.
   *
   * Since: 1.0
   */
  properties[EMAIL_FACT_REFERENCES + 1] = g_param_spec_boxed (
      "references", NULL, "The mails before this one", G_TYPE_STRV, writable);

  /**
   * GEmail:keywords:
   *
   * The marks of the mail: "$seen", "$draft", "$flagged", "$answered", "$deleted", and custom
   * ones as they are.
   *
   * Since: 1.0
   */
  properties[EMAIL_FACT_KEYWORDS + 1] = g_param_spec_boxed (
      "keywords", NULL, "The marks of the mail", G_TYPE_STRV, writable);

  /**
   * GEmail:from:
   *
   * Who wrote the mail; a #GListModel of #GEmailAddress.
   *
   * Since: 1.0
   */
  properties[EMAIL_FACT_FROM + 1] = g_param_spec_object ("from", NULL, "Who wrote the mail",
                                                         G_TYPE_LIST_MODEL, writable);

  /**
   * GEmail:sender:
   *
   * Who sent the mail, when that is not who wrote it; a #GListModel of #GEmailAddress, else
   * empty.
   *
   * Since: 1.0
   */
  properties[EMAIL_FACT_SENDER + 1] = g_param_spec_object ("sender", NULL, "Who sent the mail",
                                                           G_TYPE_LIST_MODEL, writable);

  /**
   * GEmail:reply-to:
   *
   * Whom to answer, when that is not who wrote the mail; a #GListModel of #GEmailAddress, else
   * empty.
   *
   * Since: 1.0
   */
  properties[EMAIL_FACT_REPLY_TO + 1] = g_param_spec_object ("reply-to", NULL, "Whom to answer",
                                                             G_TYPE_LIST_MODEL, writable);

  /**
   * GEmail:to:
   *
   * Whom the mail is to; a #GListModel of #GEmailAddress.
   *
   * Since: 1.0
   */
  properties[EMAIL_FACT_TO + 1] = g_param_spec_object ("to", NULL, "Whom the mail is to",
                                                       G_TYPE_LIST_MODEL, writable);

  /**
   * GEmail:cc:
   *
   * Who gets a copy; a #GListModel of #GEmailAddress.
   *
   * Since: 1.0
   */
  properties[EMAIL_FACT_CC + 1] = g_param_spec_object ("cc", NULL, "Who gets a copy",
                                                       G_TYPE_LIST_MODEL, writable);

  /**
   * GEmail:bcc:
   *
   * Who gets a copy that the others do not know of; a #GListModel of #GEmailAddress.
   *
   * Since: 1.0
   */
  properties[EMAIL_FACT_BCC + 1] = g_param_spec_object ("bcc", NULL, "Who gets a blind copy",
                                                        G_TYPE_LIST_MODEL, writable);

  /**
   * GEmail:headers:
   *
   * The header fields in order, decoded; a #GListModel of #GEmailHeader. Empty when only a
   * summary was fetched. On a mail to be sent: further fields than those that have a property of
   * their own.
   *
   * Since: 1.0
   */
  properties[EMAIL_FACT_HEADERS + 1] = g_param_spec_object ("headers", NULL, "The header fields",
                                                            G_TYPE_LIST_MODEL, writable);

  /**
   * GEmail:attachments:
   *
   * The files of the mail, and every part that is not its text; a #GListModel of
   * #GMailAttachment. Pictures that the HTML text shows are here too, with a
   * #GMailAttachment:cid.
   *
   * Since: 1.0
   */
  properties[EMAIL_FACT_ATTACHMENTS + 1] = g_param_spec_object (
      "attachments", NULL, "The files of the mail", G_TYPE_LIST_MODEL, writable);

  /**
   * GEmail:body-structure:
   *
   * The tree of parts that the mail is, or %NULL when it is not known, as of a mail that was not
   * received.
   *
   * Since: 1.0
   */
  properties[EMAIL_FACT_BODY_STRUCTURE + 1] = g_param_spec_object (
      "body-structure", NULL, "The tree of parts", G_TYPE_EMAIL_BODY_PART, readable);

  /**
   * GEmail:size:
   *
   * The size of the mail in bytes as the server keeps it, 0 when it is not known.
   *
   * Since: 1.0
   */
  properties[PROP_SIZE] = g_param_spec_uint64 ("size", NULL, "The size in bytes", 0, G_MAXUINT64, 0,
                                               readable);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
g_email_init (GEmail *self)
{
  g_mutex_init (&self->lock);
}

static GEmail *
new_from_source (EmailSource *source)
{
  GEmail *self = g_object_new (G_TYPE_EMAIL, NULL);

  self->source = email_source_ref (source);

  return self;
}

GEmail *
email_new_received (EmailSource *source)
{
  GEmail *self = new_from_source (source);

  self->is_received = TRUE;

  return self;
}

EmailSource *
email_get_source (GEmail *self)
{
  return self->is_received ? self->source : NULL;
}

gboolean
email_is_received (GEmail *self)
{
  return self->is_received;
}

GBytes *
email_dup_unchanged_mime (GEmail *self)
{
  gboolean is_changed;

  g_mutex_lock (&self->lock);
  is_changed = self->is_changed;
  g_mutex_unlock (&self->lock);

  if (is_changed || self->source == NULL || self->source->klass->dup_mime == NULL)
    return NULL;

  return self->source->klass->dup_mime (self->source);
}

/* Under the lock. */
static EmailFacts *
get_reader (GEmail *self)
{
  if (self->reader == NULL)
    self->reader = email_facts_new (self->source);

  return self->reader;
}

gpointer
email_get_fact (GEmail *self, EmailFact fact)
{
  gpointer value;

  g_mutex_lock (&self->lock);
  if ((self->known & (1u << fact)) == 0)
    {
      self->facts[fact] = email_facts_read (get_reader (self), fact);
      self->known |= 1u << fact;
    }
  value = self->facts[fact];
  g_mutex_unlock (&self->lock);

  return value;
}

void
email_set_fact (GEmail *self, EmailFact fact, gconstpointer value)
{
  gpointer old;

  if (self->is_received)
    return;

  g_mutex_lock (&self->lock);
  old = self->facts[fact];
  self->facts[fact] = value != NULL ? email_fact_copy (fact, (gpointer) value) :
                                      email_fact_new_empty (fact);
  self->known |= 1u << fact;
  self->is_changed = TRUE;
  g_mutex_unlock (&self->lock);

  email_fact_free (fact, old);
  g_object_notify_by_pspec (G_OBJECT (self), properties[fact + 1]);
}

/**
 * g_email_new:
 *
 * Makes an empty mail, to be filled by setting its properties.
 *
 * Returns: (transfer full): a new mail
 *
 * Since: 1.0
 */
GEmail *
g_email_new (void)
{
  return g_object_new (G_TYPE_EMAIL, NULL);
}

/**
 * g_email_new_from_mime:
 * @mime: the bytes of a message (RFC 5322)
 * @error: return location for a #GError
 *
 * Makes a mail from the bytes of a message, of which it takes a reference and no copy. It is taken
 * apart when its properties are asked for. A message that is broken gives what can be had of it. This
 * is 4D's `MAIL Convert from MIME`.
 *
 * Returns: (transfer full): a new mail, or %NULL with %G_IMAP_ERROR_TOO_LARGE when it has 2 GiB or
 *   more
 *
 * Since: 1.0
 */
GEmail *
g_email_new_from_mime (GBytes *mime, GError **error)
{
  g_autoptr (EmailSource) source = NULL;

  g_return_val_if_fail (mime != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (g_bytes_get_size (mime) > EMAIL_LIMIT_MESSAGE)
    {
      g_set_error (error, G_IMAP_ERROR, G_IMAP_ERROR_TOO_LARGE,
                   _ ("The message cannot be read: it has %zu bytes, and %zu are allowed"),
                   g_bytes_get_size (mime), EMAIL_LIMIT_MESSAGE);
      return NULL;
    }

  source = email_bytes_source_new (mime);

  return new_from_source (source);
}

/**
 * g_email_get_size:
 * @self: a #GEmail
 *
 * See #GEmail:size.
 *
 * Returns: the size in bytes, 0 when it is not known
 *
 * Since: 1.0
 */
guint64
g_email_get_size (GEmail *self)
{
  guint64 size;

  g_return_val_if_fail (G_IS_EMAIL (self), 0);

  g_mutex_lock (&self->lock);
  if (!self->is_measured)
    self->size = email_facts_read_size (get_reader (self));
  self->is_measured = TRUE;
  size = self->size;
  g_mutex_unlock (&self->lock);

  return size;
}
