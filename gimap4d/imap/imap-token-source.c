/* The token provider that a program has set, which may change while it runs.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/imap-token-source.h"

typedef struct
{
  gatomicrefcount ref_count;
  GImapTokenProvider provider;
  gpointer data;
  GDestroyNotify destroy; /* nullable */
} Provider;

struct _ImapTokenSource
{
  gatomicrefcount ref_count;
  GMutex mutex;
  Provider *provider; /* owned, nullable; guarded by the mutex */
};

static void
provider_unref (Provider *provider)
{
  if (!g_atomic_ref_count_dec (&provider->ref_count))
    return;

  if (provider->destroy != NULL)
    provider->destroy (provider->data);
  g_free (provider);
}

ImapTokenSource *
imap_token_source_new (void)
{
  ImapTokenSource *source = g_new0 (ImapTokenSource, 1);

  g_atomic_ref_count_init (&source->ref_count);
  g_mutex_init (&source->mutex);

  return source;
}

ImapTokenSource *
imap_token_source_ref (ImapTokenSource *source)
{
  g_atomic_ref_count_inc (&source->ref_count);

  return source;
}

void
imap_token_source_unref (ImapTokenSource *source)
{
  if (!g_atomic_ref_count_dec (&source->ref_count))
    return;

  g_clear_pointer (&source->provider, provider_unref);
  g_mutex_clear (&source->mutex);
  g_free (source);
}

void
imap_token_source_set (ImapTokenSource *source,
                       GImapTokenProvider provider,
                       gpointer data,
                       GDestroyNotify destroy)
{
  Provider *before;
  Provider *made = NULL;

  if (provider != NULL)
    {
      made = g_new0 (Provider, 1);
      g_atomic_ref_count_init (&made->ref_count);
      made->provider = provider;
      made->data = data;
      made->destroy = destroy;
    }

  g_mutex_lock (&source->mutex);
  before = source->provider;
  source->provider = made;
  g_mutex_unlock (&source->mutex);

  /* It calls into the program: never with a lock. */
  g_clear_pointer (&before, provider_unref);
}

gboolean
imap_token_source_has_provider (ImapTokenSource *source)
{
  gboolean has_provider;

  g_mutex_lock (&source->mutex);
  has_provider = source->provider != NULL;
  g_mutex_unlock (&source->mutex);

  return has_provider;
}

char *
imap_token_source_ask (ImapTokenSource *source,
                       GImapTransporter *transporter,
                       GImapTokenReason reason,
                       GCancellable *cancellable)
{
  Provider *provider;
  g_autofree char *answer = NULL;

  g_mutex_lock (&source->mutex);
  provider = source->provider;
  if (provider != NULL)
    g_atomic_ref_count_inc (&provider->ref_count);
  g_mutex_unlock (&source->mutex);
  if (provider == NULL)
    return NULL;

  answer = provider->provider (transporter, reason, cancellable, provider->data);
  provider_unref (provider);

  return answer != NULL && *answer != '\0' ? g_steal_pointer (&answer) : NULL;
}
