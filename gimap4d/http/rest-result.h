/* What a function that a typelib describes has returned, as an answer.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include "gimap4d/http/g-rest-call.h"
#include "gimap4d/http/rest-typelib.h"

G_BEGIN_DECLS

/* Whether functions that return that type can be answered for. */
gboolean rest_result_is_supported (const RestTypelib *gi, GITypeInfo *type);

/* Answers @call. An object is sent as its own to_json() says, a list as an array, any other one with
 * its properties under names like mailCount. Takes what @result holds where @transfer says so. */
void rest_result_return (const RestTypelib *gi,
                         GITypeInfo *type,
                         GITransfer transfer,
                         GIArgument *result,
                         GRestCall *call);

G_END_DECLS
