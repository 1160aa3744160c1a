/* What happens in a box: told as a line, as JSON, and to a program.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gimap4d/gimap4d.h>

G_BEGIN_DECLS

typedef struct
{
  gboolean is_json;
  const char *box;            /* unowned */
  const char *const *command; /* unowned, nullable: run for each event */
  GCancellable *cancellable;  /* unowned */
} CliEventSink;

gboolean cli_event_tell_new (CliEventSink *sink,
                             GImapTransporter *transporter,
                             GImapMessageSet *ids,
                             GError **error);
gboolean cli_event_tell_gone (CliEventSink *sink, GImapMessageSet *ids, GError **error);
gboolean cli_event_tell_flags (CliEventSink *sink,
                               GImapMessageSet *ids,
                               const char *const *flags,
                               GError **error);

G_END_DECLS
