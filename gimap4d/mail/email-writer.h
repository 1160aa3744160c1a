/* Writes header fields so that they mean what the caller gave, and nothing else.
 *
 * The first thing that cannot be written is kept as the error, and nothing is written after it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

#include "gimap4d/mail/g-email.h"

G_BEGIN_DECLS

typedef struct
{
  GString *out;
  GImapCharsetMode mode;
  GError *error;
} EmailWriter;

EmailWriter *email_writer_new (GImapCharsetMode mode);
void email_writer_free (EmailWriter *writer);

/* Each is one field. What is NULL or empty is left out. */
void email_writer_add_text (EmailWriter *writer, const char *name, const char *text);
void email_writer_add_addresses (EmailWriter *writer, const char *name, GListModel *addresses);
void email_writer_add_ids (EmailWriter *writer, const char *name, const char *const *ids);

/* A field with parameters: begin, parameters, end. */
void email_writer_begin (EmailWriter *writer, const char *name, const char *value);
void email_writer_add_parameter (EmailWriter *writer, const char *name, const char *value);
void email_writer_end (EmailWriter *writer);

/* Keeps an error unless there is one; takes it. */
void email_writer_take_error (EmailWriter *writer, GError *error);
/* Refuses what could end a field or is no text. */
gboolean email_writer_check (EmailWriter *writer, const char *name, const char *text);

/* Whether @charset has a sign for everything in @text, and readers take it for the same. */
gboolean email_text_fits (const char *text, const char *charset);
gboolean email_text_is_ascii (const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmailWriter, email_writer_free)

G_END_DECLS
