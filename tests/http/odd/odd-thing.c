/* A library of another author, whose functions ask for more than a client may give.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "odd-thing.h"

struct _OddLabel
{
  char *text;
};

struct _OddWord
{
  int number;
};

struct _OddThing
{
  GObject parent_instance;
};

static OddLabel *
odd_label_copy (OddLabel *self)
{
  OddLabel *copy = g_new0 (OddLabel, 1);

  copy->text = g_strdup (self->text);

  return copy;
}

static void
odd_label_free (OddLabel *self)
{
  g_free (self->text);
  g_free (self);
}

G_DEFINE_BOXED_TYPE (OddLabel, odd_label, odd_label_copy, odd_label_free)

static OddWord *
odd_word_copy (OddWord *self)
{
  return g_memdup2 (self, sizeof *self);
}

G_DEFINE_BOXED_TYPE (OddWord, odd_word, odd_word_copy, g_free)

G_DEFINE_FINAL_TYPE (OddThing, odd_thing, G_TYPE_OBJECT)

/**
 * odd_label_to_string:
 * @self: a label
 *
 * Returns: (transfer none): a text that goes with @self
 */
const char *
odd_label_to_string (OddLabel *self)
{
  return self->text;
}

/**
 * odd_word_to_string:
 * @self: a word
 *
 * Returns: what is no text, whatever the name says
 */
int
odd_word_to_string (OddWord *self)
{
  return self->number;
}

static void
odd_thing_init (OddThing *self)
{
}

static void
odd_thing_class_init (OddThingClass *klass)
{
}

/**
 * odd_thing_new:
 *
 * Returns: (transfer full): a thing
 */
OddThing *
odd_thing_new (void)
{
  return g_object_new (ODD_TYPE_THING, NULL);
}

/**
 * odd_thing_count:
 * @self: a thing
 * @names: (array length=n_names): names, without a NULL at their end
 * @n_names: how many
 *
 * Returns: how many there are
 */
int
odd_thing_count (OddThing *self, const char **names, int n_names)
{
  int n = 0;

  for (int i = 0; i < n_names; i++)
    n += names[i] != NULL;

  return n;
}

/**
 * odd_thing_count_three:
 * @self: a thing
 * @names: (array fixed-size=3): three names
 *
 * Returns: how many there are
 */
int
odd_thing_count_three (OddThing *self, const char **names)
{
  return odd_thing_count (self, names, 3);
}

/**
 * odd_thing_count_ended:
 * @self: a thing
 * @names: (array zero-terminated=1): names
 *
 * Returns: how many there are
 */
int
odd_thing_count_ended (OddThing *self, const char **names)
{
  return (int) g_strv_length ((char **) names);
}

/**
 * odd_thing_list:
 * @self: a thing
 * @n_names: (out): how many
 *
 * Returns: (array length=n_names) (transfer none): names, without a NULL at their end
 */
const char **
odd_thing_list (OddThing *self, int *n_names)
{
  static const char *names[] = { "one" };

  *n_names = G_N_ELEMENTS (names);

  return names;
}

/**
 * odd_thing_get_colour:
 * @self: a thing
 *
 * Returns: its colour
 */
OddColour
odd_thing_get_colour (OddThing *self)
{
  return ODD_COLOUR_BLUE;
}

/**
 * odd_thing_set_colour:
 * @self: a thing
 * @colour: a colour
 *
 * Returns: whether it is that already
 */
gboolean
odd_thing_set_colour (OddThing *self, OddColour colour)
{
  return colour == ODD_COLOUR_BLUE;
}

/**
 * odd_thing_get_spec:
 * @self: a thing
 *
 * Returns: (transfer full): what is counted, but no GObject
 */
GParamSpec *
odd_thing_get_spec (OddThing *self)
{
  return g_param_spec_ref_sink (g_param_spec_boolean ("odd", NULL, NULL, FALSE, G_PARAM_READABLE));
}

/**
 * odd_thing_get_label:
 * @self: a thing
 *
 * Returns: (transfer full): a label
 */
OddLabel *
odd_thing_get_label (OddThing *self)
{
  OddLabel label = { .text = (char *) "a label" };

  return odd_label_copy (&label);
}

/**
 * odd_thing_get_word:
 * @self: a thing
 *
 * Returns: (transfer full): a word
 */
OddWord *
odd_thing_get_word (OddThing *self)
{
  return g_new0 (OddWord, 1);
}

/**
 * odd_thing_consume:
 * @self: (transfer full): a thing
 */
void
odd_thing_consume (OddThing *self)
{
  g_object_unref (self);
}

/**
 * odd_thing_half:
 * @self: a thing
 * @number: a number
 *
 * Returns: the half of it
 */
double
odd_thing_half (OddThing *self, float number)
{
  return number / 2;
}

/**
 * odd_thing_wait_async:
 * @self: a thing
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async) (closure data): called at the end
 * @data: what is given to @callback
 */
void
odd_thing_wait_async (OddThing *self,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);

  g_task_return_boolean (task, TRUE);
}

/**
 * odd_thing_wait_finish:
 * @self: a thing
 * @result: what the callback was given
 * @out_text: (out) (transfer full): a text
 * @error: return location for a #GError
 *
 * Returns: %TRUE
 */
gboolean
odd_thing_wait_finish (OddThing *self, GAsyncResult *result, char **out_text, GError **error)
{
  *out_text = g_strdup ("text");

  return g_task_propagate_boolean (G_TASK (result), error);
}
