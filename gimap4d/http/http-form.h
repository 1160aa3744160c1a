/* Names and values of a query or of an urlencoded form, in order and with their repetitions.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  char *name;
  char *value;
} HttpField;

/* An array of HttpField. */
GPtrArray *http_form_new (void);

/* Takes name and value; without both there is no field. */
void http_form_take (GPtrArray *fields, char *name, char *value);

/* An array of HttpField. A pair that is not percent-encoded UTF-8 is passed over. */
GPtrArray *http_form_parse (const char *text, gsize size, GError **error);

/* The last value of each name. */
GHashTable *http_form_to_table (GPtrArray *fields);

GStrv http_form_get_values (GPtrArray *fields, const char *name);

G_END_DECLS
