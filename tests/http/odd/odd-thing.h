/* A library of another author, whose functions ask for more than a client may give.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * OddColour:
 * @ODD_COLOUR_RED: red
 * @ODD_COLOUR_BLUE: blue
 *
 * An enumeration that GObject does not know.
 */
typedef enum
{
  ODD_COLOUR_RED = 0,
  ODD_COLOUR_BLUE = 5,
} OddColour;

typedef struct _OddLabel OddLabel;

#define ODD_TYPE_LABEL (odd_label_get_type ())
GType odd_label_get_type (void);
const char *odd_label_to_string (OddLabel *self);

typedef struct _OddWord OddWord;

#define ODD_TYPE_WORD (odd_word_get_type ())
GType odd_word_get_type (void);
int odd_word_to_string (OddWord *self);

#define ODD_TYPE_THING (odd_thing_get_type ())
G_DECLARE_FINAL_TYPE (OddThing, odd_thing, ODD, THING, GObject)

OddThing *odd_thing_new (void);
int odd_thing_count (OddThing *self, const char **names, int n_names);
int odd_thing_count_three (OddThing *self, const char **names);
int odd_thing_count_ended (OddThing *self, const char **names);
const char **odd_thing_list (OddThing *self, int *n_names);
OddColour odd_thing_get_colour (OddThing *self);
gboolean odd_thing_set_colour (OddThing *self, OddColour colour);
GParamSpec *odd_thing_get_spec (OddThing *self);
OddLabel *odd_thing_get_label (OddThing *self);
OddWord *odd_thing_get_word (OddThing *self);
void odd_thing_consume (OddThing *self);
double odd_thing_half (OddThing *self, float number);
void odd_thing_wait_async (OddThing *self,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer data);
gboolean odd_thing_wait_finish (OddThing *self,
                                GAsyncResult *result,
                                char **out_text,
                                GError **error);

G_END_DECLS
