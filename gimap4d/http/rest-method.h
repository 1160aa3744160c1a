/* A method of an object that clients may call, as its typelib describes it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/http/g-incoming-message.h"
#include "gimap4d/http/g-rest-call.h"

G_BEGIN_DECLS

typedef struct _RestMethod RestMethod;

/* Fails with G_IO_ERROR_NOT_FOUND when the object has no such method, and with
 * G_IO_ERROR_NOT_SUPPORTED when a client could not give what it takes, or get what it returns. */
RestMethod *rest_method_new (GObject *object, const char *name, GError **error);
RestMethod *rest_method_ref (RestMethod *method);
void rest_method_unref (gpointer method);

/* Whether it goes on after its call has returned: then it is called in the context of the server. */
gboolean rest_method_is_async (RestMethod *method);

/* Answers @call, now or later. */
void rest_method_call (RestMethod *method,
                       GIncomingMessage *request,
                       JsonArray *parameters,
                       GRestCall *call);

G_END_DECLS
