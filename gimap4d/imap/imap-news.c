/* What happens in a watched box on its way from the I/O thread to the signals of a notifier.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/imap-news.h"

#include "gimap4d/base/g-imap-error.h"
#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/base/gimap4d-limits.h"

/* How far back a mail's flags are put together with others': looking costs. */
#define MAX_LOOKED_AT 64

struct _ImapNews
{
  gatomicrefcount ref_count;
  GWeakRef object;
  ImapNewsFunc func;
  GMainContext *context; /* owned */

  GMutex mutex;
  /* Guarded by the mutex. */
  GQueue items; /* of ImapNewsItem, owned */
  gboolean is_scheduled;
  gboolean is_stopped;
  gboolean has_ended;
  gboolean is_full; /* and that was told */
};

static void
item_free (ImapNewsItem *item)
{
  g_free (item->box);
  g_clear_pointer (&item->uids, imap_uid_set_unref);
  g_strfreev (item->flags);
  g_clear_error (&item->error);
  g_free (item);
}

ImapNews *
imap_news_new (gpointer object, ImapNewsFunc func)
{
  ImapNews *news = g_new0 (ImapNews, 1);

  g_atomic_ref_count_init (&news->ref_count);
  g_weak_ref_init (&news->object, object);
  g_mutex_init (&news->mutex);
  g_queue_init (&news->items);
  news->func = func;
  news->context = g_main_context_ref_thread_default ();

  return news;
}

ImapNews *
imap_news_ref (ImapNews *news)
{
  g_atomic_ref_count_inc (&news->ref_count);

  return news;
}

void
imap_news_unref (ImapNews *news)
{
  if (!g_atomic_ref_count_dec (&news->ref_count))
    return;

  g_weak_ref_clear (&news->object);
  g_queue_clear_full (&news->items, (GDestroyNotify) item_free);
  g_mutex_clear (&news->mutex);
  g_main_context_unref (news->context);
  g_free (news);
}

GMainContext *
imap_news_get_context (ImapNews *news)
{
  return news->context;
}

void
imap_news_stop (ImapNews *news)
{
  GQueue items;

  g_mutex_lock (&news->mutex);
  news->is_stopped = TRUE;
  items = news->items;
  g_queue_init (&news->items);
  g_mutex_unlock (&news->mutex);

  g_queue_clear_full (&items, (GDestroyNotify) item_free);
}

gboolean
imap_news_has_ended (ImapNews *news)
{
  gboolean has_ended;

  g_mutex_lock (&news->mutex);
  has_ended = news->has_ended;
  g_mutex_unlock (&news->mutex);

  return has_ended;
}

/* The next one, which a handler of the one before may have made void. */
static ImapNewsItem *
take_item (ImapNews *news)
{
  ImapNewsItem *item;

  g_mutex_lock (&news->mutex);
  item = g_queue_pop_head (&news->items);
  if (item == NULL)
    {
      news->is_scheduled = FALSE;
      news->is_full = FALSE;
    }
  g_mutex_unlock (&news->mutex);

  return item;
}

static gboolean
deliver_cb (gpointer data)
{
  ImapNews *news = data;
  g_autoptr (GObject) object = g_weak_ref_get (&news->object);
  ImapNewsItem *item;

  while ((item = take_item (news)) != NULL)
    {
      if (object != NULL)
        news->func (object, item);
      item_free (item);
    }

  return G_SOURCE_REMOVE;
}

/* With the mutex held. */
static void
schedule (ImapNews *news)
{
  g_autoptr (GSource) source = NULL;

  if (news->is_scheduled)
    return;

  news->is_scheduled = TRUE;
  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_static_name (source, "gimap4d news");
  g_source_set_callback (source, deliver_cb, imap_news_ref (news),
                         (GDestroyNotify) imap_news_unref);
  g_source_attach (source, news->context);
}

static gboolean
is_of_box (const ImapNewsItem *item, const char *box, guint32 uid_validity)
{
  return item->uid_validity == uid_validity && g_strcmp0 (item->box, box) == 0;
}

/* With the mutex held: one of the last that this can be a part of; NULL when there is none. Flags of
 * different mails may change their order, those of one mail may not. */
static ImapNewsItem *
find_open (ImapNews *news,
           ImapNewsKind kind,
           const char *box,
           guint32 uid_validity,
           guint32 uid,
           const char *const *flags)
{
  GList *link = news->items.tail;

  for (guint i = 0; link != NULL && i < MAX_LOOKED_AT; i++, link = link->prev)
    {
      ImapNewsItem *item = link->data;

      if (item->kind != kind || !is_of_box (item, box, uid_validity))
        return NULL;
      if (kind != IMAP_NEWS_FLAGS_MODIFIED ||
          g_strv_equal ((const char *const *) item->flags, flags))
        return item;
      if (imap_uid_set_contains (item->uids, uid))
        return NULL;
    }

  return NULL;
}

/* With the mutex held. Takes the error. */
static ImapNewsItem *
add_item (ImapNews *news, ImapNewsKind kind, GError *error)
{
  ImapNewsItem *item = g_new0 (ImapNewsItem, 1);

  item->kind = kind;
  item->error = error;
  g_queue_push_tail (&news->items, item);
  schedule (news);

  return item;
}

/* With the mutex held. FALSE when nobody takes what comes, and there is no room for more. */
static gboolean
has_room (ImapNews *news)
{
  if (news->items.length < IMAP_LIMIT_NEWS)
    return TRUE;

  if (!news->is_full)
    add_item (news, IMAP_NEWS_ERROR,
              g_error_new (G_IMAP_ERROR, G_IMAP_ERROR_TOO_MANY,
                           _ ("more than %u news wait for a main loop that does not run: "
                              "some were lost"),
                           IMAP_LIMIT_NEWS));
  news->is_full = TRUE;

  return FALSE;
}

static void
add (ImapNews *news,
     ImapNewsKind kind,
     const char *box,
     guint32 uid_validity,
     guint32 uid,
     const char *const *flags,
     guint32 n_mails)
{
  ImapNewsItem *item = NULL;

  g_mutex_lock (&news->mutex);
  if (!news->is_stopped)
    item = find_open (news, kind, box, uid_validity, uid, flags);
  if (item == NULL && !news->is_stopped && has_room (news))
    {
      item = add_item (news, kind, NULL);
      item->box = g_strdup (box);
      item->uid_validity = uid_validity;
      item->uids = imap_uid_set_new ();
      item->flags = g_strdupv ((char **) flags);
    }
  if (item != NULL)
    {
      imap_uid_set_add (item->uids, uid);
      item->n_mails = n_mails;
    }
  g_mutex_unlock (&news->mutex);
}

static void
created (gpointer data, const char *box, guint32 uid_validity, guint32 uid, guint32 n_mails)
{
  add (data, IMAP_NEWS_CREATED, box, uid_validity, uid, NULL, n_mails);
}

static void
deleted (gpointer data, const char *box, guint32 uid_validity, guint32 uid)
{
  add (data, IMAP_NEWS_DELETED, box, uid_validity, uid, NULL, 0);
}

static void
flags_modified (
    gpointer data, const char *box, guint32 uid_validity, guint32 uid, const char *const *flags)
{
  add (data, IMAP_NEWS_FLAGS_MODIFIED, box, uid_validity, uid, flags, 0);
}

static void
failed (gpointer data, const GError *error, gboolean is_end)
{
  ImapNews *news = data;

  g_mutex_lock (&news->mutex);
  news->has_ended = news->has_ended || is_end;
  if (!news->is_stopped && (is_end || has_room (news)))
    add_item (news, is_end ? IMAP_NEWS_END : IMAP_NEWS_ERROR,
              error != NULL ? g_error_copy (error) : NULL);
  g_mutex_unlock (&news->mutex);
}

const ImapWatchSink imap_news_sink = { created, deleted, flags_modified, failed };
