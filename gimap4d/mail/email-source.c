/* The life of a source; what it answers is its class's business.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/mail/email-source.h"

void
email_source_init (EmailSource *source, const EmailSourceClass *klass)
{
  g_assert (source != NULL);
  g_assert (klass != NULL);

  source->klass = klass;
  g_atomic_ref_count_init (&source->ref_count);
}

EmailSource *
email_source_ref (EmailSource *source)
{
  g_assert (source != NULL);

  g_atomic_ref_count_inc (&source->ref_count);

  return source;
}

void
email_source_unref (EmailSource *source)
{
  g_assert (source != NULL);

  if (g_atomic_ref_count_dec (&source->ref_count) && source->klass->finalize != NULL)
    source->klass->finalize (source);
}
