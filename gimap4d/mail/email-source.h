/* Where a received mail has its facts from. mail/ asks, whoever received it answers: mail/ never
 * knows of a server.
 *
 * A source is immutable and may be asked from any thread. Each answer belongs to the caller and may
 * be NULL for "not known here"; answers are made when asked for, GEmail keeps them.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

#include "gimap4d/mail/email-values.h"

G_BEGIN_DECLS

typedef struct _EmailSource EmailSource;

typedef struct
{
  char *(*dup_id) (EmailSource *source);
  gint64 (*get_size) (EmailSource *source); /* -1 = not known */
  GDateTime *(*dup_received_at) (EmailSource *source);
  GStrv (*dup_flags) (EmailSource *source); /* as IMAP has them: "\\Seen", "$Forwarded" */
  GBytes *(*dup_mime) (EmailSource *source);
  GBytes *(*dup_header) (EmailSource *source); /* the header block alone */
  EmailEnvelope *(*dup_envelope) (EmailSource *source);
  /* One field of it alone: who shows a long list asks for few of them. FALSE when there is no
   * envelope; an address is added to @addresses, a text is nullable. */
  gboolean (*read_envelope_text) (EmailSource *source, EmailEnvelopeField field, char **out_text);
  gboolean (*read_envelope_addresses) (EmailSource *source,
                                       EmailEnvelopeField field,
                                       GPtrArray *addresses);
  EmailStructure *(*dup_structure) (EmailSource *source);

  /* The network. Raw bytes of one part as the message has them, still encoded. */
  GInputStream *(*open_part) (EmailSource *source,
                              const char *part_id,
                              GCancellable *cancellable,
                              GError **error);
  void (*open_part_async) (EmailSource *source,
                           const char *part_id,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
  GInputStream *(*open_part_finish) (EmailSource *source, GAsyncResult *result, GError **error);

  /* The mail that was made from it is going: the last that may be done with @mail is to forget it. */
  void (*mail_disposed) (EmailSource *source, gpointer mail);

  void (*finalize) (EmailSource *source);
} EmailSourceClass;

/* Embed as the first field. Any answer function may be NULL. */
struct _EmailSource
{
  const EmailSourceClass *klass;
  gatomicrefcount ref_count;
};

void email_source_init (EmailSource *source, const EmailSourceClass *klass);
EmailSource *email_source_ref (EmailSource *source);
void email_source_unref (EmailSource *source);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmailSource, email_source_unref)

G_END_DECLS
