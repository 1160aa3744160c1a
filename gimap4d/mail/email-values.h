/* Envelope and structure of a mail as plain values, whoever found them: the IMAP server or GMime.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What an envelope has, in the order in which IMAP sends it (RFC 9051, 7.5.2). */
typedef enum
{
  EMAIL_ENVELOPE_DATE,
  EMAIL_ENVELOPE_SUBJECT,
  EMAIL_ENVELOPE_FROM, /* addresses, as the next five */
  EMAIL_ENVELOPE_SENDER,
  EMAIL_ENVELOPE_REPLY_TO,
  EMAIL_ENVELOPE_TO,
  EMAIL_ENVELOPE_CC,
  EMAIL_ENVELOPE_BCC,
  EMAIL_ENVELOPE_IN_REPLY_TO,
  EMAIL_ENVELOPE_MESSAGE_ID,
} EmailEnvelopeField;

/* All texts are valid UTF-8, decoded (RFC 2047), and nullable. */
typedef struct
{
  char *name;
  char *email;
} EmailAddressValue;

typedef struct
{
  char *date; /* the header's text; read with GMime when asked for */
  char *subject;
  GPtrArray *from; /* of EmailAddressValue, never NULL */
  GPtrArray *sender;
  GPtrArray *reply_to;
  GPtrArray *to;
  GPtrArray *cc;
  GPtrArray *bcc;
  char *in_reply_to; /* with the angle brackets as sent */
  char *message_id;
  gboolean is_truncated; /* a limit was hit, or some of it was malformed */
} EmailEnvelope;

/* One body part; the children of a multipart or message/rfc822 follow in @parts. */
typedef struct _EmailStructure
{
  char *part_id;          /* "1.2"; "" for the root when that is a multipart */
  char *type;             /* lower case, "text/plain" */
  GHashTable *parameters; /* utf8 → utf8, lower-case names, RFC 2231 resolved; never NULL */
  char *content_id;       /* without angle brackets */
  char *description;
  char *encoding;                     /* lower case */
  guint64 size;                       /* octets as encoded */
  char *disposition;                  /* lower case, nullable */
  GHashTable *disposition_parameters; /* never NULL */
  GStrv language;                     /* nullable */
  char *location;
  EmailEnvelope *envelope; /* of a message/rfc822, nullable */
  GPtrArray *parts;        /* of EmailStructure, never NULL */
  gboolean is_truncated;
} EmailStructure;

EmailAddressValue *email_address_value_new (const char *name, const char *email);
/* Takes both. */
EmailAddressValue *email_address_value_take (char *name, char *email);
void email_address_value_free (EmailAddressValue *address);
/* An empty list of EmailAddressValue. */
GPtrArray *email_addresses_new (void);
EmailEnvelope *email_envelope_new (void);
void email_envelope_free (EmailEnvelope *envelope);
EmailStructure *email_structure_new (const char *part_id);
void email_structure_free (EmailStructure *structure);

/* RFC 2047 words decoded, valid UTF-8 in any case; linear time. NULL gives NULL. */
char *email_decode_text (const char *raw, gsize length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmailAddressValue, email_address_value_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmailEnvelope, email_envelope_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmailStructure, email_structure_free)

G_END_DECLS
