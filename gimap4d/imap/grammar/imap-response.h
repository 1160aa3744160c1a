/* What one response says: its kind, its condition and code, and where its data begins.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/wire/imap-reader.h"
#include "gimap4d/imap/wire/imap-uid-set.h"

G_BEGIN_DECLS

typedef enum
{
  IMAP_RESPONSE_CONTINUATION,
  IMAP_RESPONSE_TAGGED,
  IMAP_RESPONSE_UNTAGGED,
} ImapResponseKind;

typedef enum
{
  IMAP_CONDITION_NONE,
  IMAP_CONDITION_OK,
  IMAP_CONDITION_NO,
  IMAP_CONDITION_BAD,
  IMAP_CONDITION_BYE,
  IMAP_CONDITION_PREAUTH,
} ImapCondition;

typedef enum
{
  IMAP_DATA_NONE, /* a condition only */
  IMAP_DATA_UNKNOWN,
  IMAP_DATA_CAPABILITY,
  IMAP_DATA_ENABLED,
  IMAP_DATA_ID,
  IMAP_DATA_NAMESPACE,
  IMAP_DATA_LIST,
  IMAP_DATA_LSUB,
  IMAP_DATA_XLIST,
  IMAP_DATA_STATUS,
  IMAP_DATA_SEARCH,
  IMAP_DATA_ESEARCH,
  IMAP_DATA_SORT,
  IMAP_DATA_THREAD,
  IMAP_DATA_FLAGS,
  IMAP_DATA_EXISTS,
  IMAP_DATA_RECENT,
  IMAP_DATA_EXPUNGE,
  IMAP_DATA_FETCH,
  IMAP_DATA_VANISHED,
  IMAP_DATA_QUOTA,
  IMAP_DATA_QUOTAROOT,
} ImapDataType;

/* The response code in brackets (RFC 9051 7.1, RFC 5530, and what extensions add). */
typedef enum
{
  IMAP_CODE_NONE,
  IMAP_CODE_UNKNOWN,
  IMAP_CODE_ALERT,
  IMAP_CODE_BADCHARSET,
  IMAP_CODE_CAPABILITY,
  IMAP_CODE_PARSE,
  IMAP_CODE_PERMANENTFLAGS,
  IMAP_CODE_READ_ONLY,
  IMAP_CODE_READ_WRITE,
  IMAP_CODE_TRYCREATE,
  IMAP_CODE_UIDNEXT,
  IMAP_CODE_UIDVALIDITY,
  IMAP_CODE_UNSEEN,
  IMAP_CODE_APPENDUID,
  IMAP_CODE_COPYUID,
  IMAP_CODE_UIDNOTSTICKY,
  IMAP_CODE_HIGHESTMODSEQ,
  IMAP_CODE_NOMODSEQ,
  IMAP_CODE_MODIFIED,
  IMAP_CODE_CLOSED,
  IMAP_CODE_REFERRAL,
  IMAP_CODE_UNAVAILABLE,
  IMAP_CODE_AUTHENTICATIONFAILED,
  IMAP_CODE_AUTHORIZATIONFAILED,
  IMAP_CODE_EXPIRED,
  IMAP_CODE_PRIVACYREQUIRED,
  IMAP_CODE_CONTACTADMIN,
  IMAP_CODE_NOPERM,
  IMAP_CODE_INUSE,
  IMAP_CODE_EXPUNGEISSUED,
  IMAP_CODE_CORRUPTION,
  IMAP_CODE_SERVERBUG,
  IMAP_CODE_CLIENTBUG,
  IMAP_CODE_CANNOT,
  IMAP_CODE_LIMIT,
  IMAP_CODE_OVERQUOTA,
  IMAP_CODE_ALREADYEXISTS,
  IMAP_CODE_NONEXISTENT,
  IMAP_CODE_TOOBIG,
  IMAP_CODE_THROTTLED,
  IMAP_CODE_MAILBOXID,
} ImapCode;

typedef struct
{
  ImapResponseKind kind;
  ImapCondition condition;
  ImapDataType type;
  ImapFrame *frame; /* owned */

  char tag[16];   /* of a tagged response; longer ones are never ours and fail to parse */
  char name[32];  /* the data's name as sent, upper case, cut: for messages */
  guint32 number; /* EXISTS, RECENT, EXPUNGE, FETCH */

  ImapCode code;
  char *code_name; /* owned, nullable: as sent */
  guint64
      code_number; /* UIDNEXT, UIDVALIDITY, UNSEEN, HIGHESTMODSEQ; APPENDUID's and COPYUID's validity */
  /* owned, nullable: COPYUID, whose i-th id became the i-th of code_uids. NULL when the server's sets
   * do not say so: they differ in size, or do not ascend. */
  ImapUidSet *code_source;
  ImapUidSet *code_uids; /* owned, nullable: APPENDUID, COPYUID's destination, MODIFIED */
  GStrv code_words; /* owned, nullable: CAPABILITY, PERMANENTFLAGS, BADCHARSET; REFERRAL's URL */

  /* owned: the human text, valid UTF-8 without controls and cut at IMAP_LIMIT_ALERT_CHARS; "" when
   * there is none. Of a continuation the whole line behind "+", which may be a challenge. */
  char *text;

  ImapSpan
      data; /* untagged data: what stands behind the name, to be read with imap_reader_init_span () */
} ImapResponse;

/* Reads the head of a frame. Fails only where nothing can be made of it: an unknown response is
 * IMAP_DATA_UNKNOWN, a malformed code is IMAP_CODE_UNKNOWN. Takes a reference to the frame. */
gboolean imap_response_parse (ImapResponse *response, ImapFrame *frame, GError **error);
void imap_response_clear (ImapResponse *response);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ImapResponse, imap_response_clear)

G_END_DECLS
