/* How a call is made, and where its answer goes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/http/g-rest-call.h"

G_BEGIN_DECLS

/* Exactly one of @answer and @error is set. Called at most once, in the context of the server. */
typedef void (*RestAnswerFunc) (GOutgoingMessage *answer, const GError *error, gpointer data);

/* The place for the answer: shared by the call, which any thread may hold, and the server. */
typedef struct _RestSlot RestSlot;

RestSlot *rest_slot_new (GMainContext *context, RestAnswerFunc func, gpointer data);
RestSlot *rest_slot_ref (RestSlot *slot);
void rest_slot_unref (RestSlot *slot);

/* Nobody waits any more: @func is not called from now on. In the context only. */
void rest_slot_abandon (RestSlot *slot);

/* Between these two an answer of the same thread is not sent through the main loop. */
void rest_slot_enter (RestSlot *slot);
void rest_slot_leave (RestSlot *slot);

/* @has_envelope: values are sent as {"result": …}, as functions do and handlers do not. */
GRestCall *rest_call_new (RestSlot *slot, gboolean has_envelope);

G_END_DECLS
