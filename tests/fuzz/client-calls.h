/* The calls of GImapTransporter as one function, for those who choose them by a number.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gimap4d/gimap4d.h>

G_BEGIN_DECLS

typedef enum
{
  /* Which change something; box names, sets and keywords are texts of the caller. */
  CLIENT_CREATE_BOX,
  CLIENT_DELETE_BOX,
  CLIENT_RENAME_BOX,
  CLIENT_SUBSCRIBE,
  CLIENT_UNSUBSCRIBE,
  CLIENT_ADD_FLAGS,
  CLIENT_REMOVE_FLAGS,
  CLIENT_COPY,
  CLIENT_MOVE,
  CLIENT_APPEND,
  CLIENT_APPEND_STREAM,
  CLIENT_DELETE,
  CLIENT_EXPUNGE,
  CLIENT_EXPUNGE_IDS,
  /* Which do not. */
  CLIENT_CHECK,
  CLIENT_SELECT,
  CLIENT_EXAMINE,
  CLIENT_BOX_INFO,
  CLIENT_BOX_LIST,
  CLIENT_SUBSCRIBED_LIST,
  CLIENT_DELIMITER,
  CLIENT_SEARCH_MAILS,
  CLIENT_SEARCH_HEADER,
  CLIENT_SEARCH_KEYWORD,
  CLIENT_SORT,
  CLIENT_THREAD,
  CLIENT_QUOTA,
  CLIENT_NUM_TO_ID,
  CLIENT_GET_MAIL,
  CLIENT_GET_MAILS,
  CLIENT_GET_SUMMARIES,
  CLIENT_GET_MAILS_BY_NUMBER,
  CLIENT_FETCH_MAILS,
  CLIENT_GET_MIME,
  CLIENT_OPEN_MIME,
  CLIENT_OPEN_PART,
  CLIENT_CLOSE,
  CLIENT_N_CALLS,
} ClientKind;

typedef struct
{
  ClientKind kind;
  char *text;  /* owned: a box, criteria, a field, an order */
  char *other; /* owned: a second one */
  char *ids;   /* owned: a set */
  gboolean is_begun;
  gboolean is_done;
  GError *error; /* owned, nullable */
} ClientCall;

/* The call has to live until it is done. */
void client_call_begin (ClientCall *call, GImapTransporter *transporter, GCancellable *cancellable);
void client_call_clear (ClientCall *call);

G_END_DECLS
