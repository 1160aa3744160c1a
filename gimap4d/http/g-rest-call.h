/* The one answer that a function owes to its caller.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gimap4d/http/g-outgoing-message.h>

G_BEGIN_DECLS

/**
 * G_TYPE_REST_CALL:
 *
 * The #GType of #GRestCall.
 *
 * Since: 1.0
 */
#define G_TYPE_REST_CALL (g_rest_call_get_type ())

G_IMAP4D_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (GRestCall, g_rest_call, G, REST_CALL, GObject)

G_IMAP4D_AVAILABLE_IN_1_0
void g_rest_call_return_value (GRestCall *self, const GValue *value);
G_IMAP4D_AVAILABLE_IN_1_0
void g_rest_call_return_message (GRestCall *self, GOutgoingMessage *message);
G_IMAP4D_AVAILABLE_IN_1_0
void g_rest_call_return_error (GRestCall *self, const GError *error);

G_END_DECLS
