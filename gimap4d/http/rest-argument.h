/* Values between JSON and a function that a typelib describes, both ways.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <json-glib/json-glib.h>

#include "gimap4d/http/rest-typelib.h"

G_BEGIN_DECLS

/* What a parameter is given: a value of the client, or something of ours. */
typedef enum
{
  REST_ARGUMENT_UNSUPPORTED,
  REST_ARGUMENT_BOOLEAN,
  REST_ARGUMENT_INTEGER,
  REST_ARGUMENT_NUMBER,
  REST_ARGUMENT_TEXT,
  REST_ARGUMENT_TEXTS,
  REST_ARGUMENT_ENUM,
  REST_ARGUMENT_FLAGS,
  REST_ARGUMENT_JSON,
  REST_ARGUMENT_VARIANT,
  REST_ARGUMENT_DATE_TIME,
  REST_ARGUMENT_PARSED, /* a boxed type with a constructor "parse" that takes a text */
  REST_ARGUMENT_REQUEST,
  REST_ARGUMENT_CANCELLABLE,
  REST_ARGUMENT_CALLBACK, /* a GAsyncReadyCallback */
} RestArgumentKind;

typedef struct
{
  const char *name; /* of the typelib */
  RestArgumentKind kind;
  GITypeTag tag;
  GType type;            /* where it has one */
  GIFunctionInfo *parse; /* owned, nullable */
  gboolean is_nullable;
  gboolean is_closure; /* the data of the callback before it */
} RestArgument;

void rest_argument_init (RestArgument *argument, const RestTypelib *gi, GIArgInfo *info);
void rest_argument_clear (RestArgument *argument, const RestTypelib *gi);

/* Whether the client gives it. */
gboolean rest_argument_is_given (const RestArgument *argument);

/* @node: nullable. The error is for the client. */
gboolean rest_argument_from_json (const RestArgument *argument,
                                  const RestTypelib *gi,
                                  JsonNode *node,
                                  GIArgument *out_value,
                                  GError **error);

/* Frees what rest_argument_from_json () has made. */
void rest_argument_release (const RestArgument *argument, GIArgument *value);

G_END_DECLS
