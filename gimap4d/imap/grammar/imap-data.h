/* The productions of RFC 9051 that hold data: from a response to a value.
 *
 * Each takes a response of its type. One malformed item costs that item, never the rest.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/grammar/imap-response.h"
#include "gimap4d/mail/email-values.h"

G_BEGIN_DECLS

/* CAPABILITY, ENABLED, FLAGS: upper-case words for the first two, flags as sent. Limited in number. */
GStrv imap_data_parse_words (const ImapResponse *response, GError **error);

/* ID: name and value one after the other. NULL and no error for NIL. */
GStrv imap_data_parse_id (const ImapResponse *response, GError **error);

/* LIST, LSUB, XLIST. */
typedef struct
{
  char *raw_name;   /* owned: the bytes as the server sent them */
  char *name;       /* owned: UTF-8 */
  char delimiter;   /* 0 for NIL */
  GStrv attributes; /* owned: as sent, "\\Noselect" */
} ImapListItem;

gboolean imap_data_parse_list (const ImapResponse *response,
                               gboolean utf8_accepted,
                               ImapListItem *out_item,
                               GError **error);
void imap_list_item_clear (ImapListItem *item);
gboolean imap_list_item_has (const ImapListItem *item, const char *attribute);

/* STATUS. A value that the server did not send is -1. */
typedef struct
{
  char *raw_name;
  char *name; /* owned */
  gint64 messages;
  gint64 recent;
  gint64 unseen;
  gint64 uid_next;
  gint64 uid_validity;
  gint64 highest_modseq;
  gint64 size;
  gint64 append_limit; /* RFC 7889; NIL is -1, too */
  char *mailbox_id;    /* owned, nullable: OBJECTID */
} ImapStatusItem;

gboolean imap_data_parse_status (const ImapResponse *response,
                                 gboolean utf8_accepted,
                                 ImapStatusItem *out_item,
                                 GError **error);
void imap_status_item_clear (ImapStatusItem *item);

/* SEARCH, ESEARCH (ALL, COUNT), SORT (order is lost: use parse_numbers), VANISHED. The numbers are
 * added to @ids. */
gboolean imap_data_parse_search (const ImapResponse *response, ImapUidSet *ids, GError **error);
/* SEARCH and SORT in the order in which the numbers came: of guint32. */
GArray *imap_data_parse_numbers (const ImapResponse *response, GError **error);
/* The tag that an ESEARCH answers, NULL for none; owned by the caller. */
char *imap_data_dup_esearch_tag (const ImapResponse *response);
/* VANISHED: TRUE in @out_earlier for "(EARLIER)". */
gboolean imap_data_parse_vanished (const ImapResponse *response,
                                   gboolean *out_earlier,
                                   ImapUidSet *ids,
                                   GError **error);

/* NAMESPACE: the prefixes of other users' boxes and of shared ones, as the server has them, without
 * those that are empty. */
GStrv imap_data_parse_foreign_prefixes (const ImapResponse *response, GError **error);

/* FETCH. Items before something malformed are kept, the rest is as if it had not come; FALSE when
 * there is none before it. Envelope and structure are not read, only found: most callers never ask for them. */
typedef struct
{
  ImapFrame *frame; /* owned */
  guint32 number;
  guint32 uid;    /* 0 when not sent */
  gint64 size;    /* -1 when not sent */
  guint64 modseq; /* 0 when not sent */
  gboolean has_flags;
  gboolean
      has_whole_envelope; /* all its fields, each of its kind; what is in them is not looked at */
  ImapSpan flags;         /* "(…)" */
  ImapSpan internal_date; /* the string; empty span when not sent */
  ImapSpan envelope;      /* "(…)" */
  ImapSpan structure;     /* "(…)" of BODYSTRUCTURE, else of BODY */
  ImapSpan body;          /* the nstring behind BODY[], RFC822 or BODY[]<n> */
  ImapSpan header;        /* behind BODY[HEADER] or RFC822.HEADER */
  gint64 origin;          /* where the last of these begins, of a piece of it; -1 = it is whole */
  ImapSpan section;       /* behind any other BODY[…] or BINARY[…]: the last one */
  gboolean is_decoded;    /* that is BINARY[…] */
  gint64 decoded_size;    /* BINARY.SIZE[…]; -1 when not sent */
} ImapFetch;

gboolean imap_data_parse_fetch (const ImapResponse *response, ImapFetch *out_fetch, GError **error);
void imap_fetch_clear (ImapFetch *fetch);
#define imap_span_is_empty(span) ((span)->start == (span)->end)

/* Flags as sent, NIL ones left out. */
GStrv imap_fetch_dup_flags (const ImapFetch *fetch);
/* NULL when it is malformed or was not sent. */
GDateTime *imap_fetch_dup_internal_date (const ImapFetch *fetch);
/* The Date of a header that was asked for with HEADER.FIELDS, likewise. */
GDateTime *imap_fetch_dup_sent_date (const ImapFetch *fetch);
/* That header; empty when there is none. */
struct _EmailFields *imap_fetch_read_fields (const ImapFetch *fetch);
/* Whether a field of that header has a text in it, in any case. */
gboolean imap_fetch_field_contains (const ImapFetch *fetch, const char *field, const char *text);
/* Bytes that hold the frame and copy nothing; NULL for NIL or not sent. */
GBytes *imap_fetch_dup_bytes (const ImapFetch *fetch, const ImapSpan *span);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ImapListItem, imap_list_item_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ImapStatusItem, imap_status_item_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ImapFetch, imap_fetch_clear)

/* ENVELOPE and BODYSTRUCTURE of a FETCH become the values of mail/: see email-values.h. NULL when
 * nothing can be made of it; a partial one where only some of it is malformed. */
EmailEnvelope *imap_fetch_parse_envelope (const ImapFetch *fetch);
EmailStructure *imap_fetch_parse_structure (const ImapFetch *fetch);
/* One field of the envelope alone. FALSE when there is no envelope. */
gboolean imap_fetch_read_envelope_text (const ImapFetch *fetch,
                                        EmailEnvelopeField field,
                                        char **out_text);
gboolean imap_fetch_read_envelope_addresses (const ImapFetch *fetch,
                                             EmailEnvelopeField field,
                                             GPtrArray *addresses);

G_END_DECLS
