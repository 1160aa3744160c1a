/* How a status is made.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/imap/g-imap-status.h"

G_BEGIN_DECLS

typedef struct
{
  gboolean is_success;
  const char *status_text;     /* nullable: "" */
  const GError *const *errors; /* the outermost first; nullable when @n_errors is 0 */
  guint n_errors;
} ImapStatusValues;

GImapStatus *imap_status_new (const ImapStatusValues *values);
GImapStatusError *imap_status_error_new (const GError *error);

G_END_DECLS
