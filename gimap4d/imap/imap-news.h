/* What happens in a watched box on its way from the I/O thread to the signals of a notifier.
 *
 * One for each time that a notifier is started. News of one kind that nobody has taken yet become one.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/session/imap-session.h"

G_BEGIN_DECLS

typedef struct _ImapNews ImapNews;

typedef enum
{
  IMAP_NEWS_CREATED,
  IMAP_NEWS_DELETED,
  IMAP_NEWS_FLAGS_MODIFIED,
  IMAP_NEWS_ERROR,
  IMAP_NEWS_END, /* of watching; with the error that ended it, or without one */
} ImapNewsKind;

typedef struct
{
  ImapNewsKind kind;
  char *box; /* owned, nullable */
  guint32 uid_validity;
  ImapUidSet *uids; /* owned, nullable */
  guint32 n_mails;  /* in the box, of CREATED */
  GStrv flags;      /* owned, nullable: as the server sent them */
  GError *error;    /* owned, nullable */
} ImapNewsItem;

typedef void (*ImapNewsFunc) (GObject *object, const ImapNewsItem *item);

/* What the session tells; its data is an ImapNews. */
extern const ImapWatchSink imap_news_sink;

/* Holds @object weakly; delivers in the thread-default context of now. */
ImapNews *imap_news_new (gpointer object, ImapNewsFunc func);
ImapNews *imap_news_ref (ImapNews *news);
void imap_news_unref (ImapNews *news);
GMainContext *imap_news_get_context (ImapNews *news); /* unowned */

/* Nothing is delivered that has not begun to be. Any thread. */
void imap_news_stop (ImapNews *news);
/* The session has told that nothing comes any more. */
gboolean imap_news_has_ended (ImapNews *news);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapNews, imap_news_unref)

G_END_DECLS
