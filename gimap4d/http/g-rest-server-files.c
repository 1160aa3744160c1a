/* Files that a server reads, and reads again when they have changed: handlers, keys of sessions.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/http/g-rest-server.h"

#include "gimap4d/base/gimap4d-i18n.h"
#include "gimap4d/http/http-json.h"
#include "gimap4d/http/rest-server-private.h"
#include "gimap4d/http/rest-session-cookie.h"
#include "gimap4d/http/rest-session-keys.h"

/* Whoever writes a file does it in several steps. */
#define SETTLE_MS 100

typedef struct
{
  GFile *file; /* owned */
  guint group; /* of the router */
} HandlerFile;

static void
handler_file_free (gpointer data)
{
  HandlerFile *handler_file = data;

  g_object_unref (handler_file->file);
  g_free (handler_file);
}

static GPtrArray *
read_handlers (GRestServer *self, GFile *file, GError **error)
{
  g_autoptr (JsonNode) list = NULL;
  g_autofree char *text = NULL;
  gsize size = 0;

  if (!g_file_load_contents (file, NULL, &text, &size, NULL, error))
    return NULL;
  list = http_json_parse (text, size, error);

  return list != NULL ? rest_handlers_parse (self->service.rest_path, list, error) : NULL;
}

static void
remember_file (GRestServer *self, GFile *file, guint group)
{
  HandlerFile *handler_file = g_new0 (HandlerFile, 1);

  handler_file->file = g_object_ref (file);
  handler_file->group = group;
  if (self->handler_files == NULL)
    self->handler_files = g_ptr_array_new_with_free_func (handler_file_free);
  g_ptr_array_add (self->handler_files, handler_file);
}

/**
 * g_rest_server_load_handlers:
 * @self: a #GRestServer
 * @file: 4D's `HTTPHandlers.json`
 * @error: return location for a #GError
 *
 * Adds the handlers of a file: an array of objects with `class`, `method`, `pattern` or
 * `regexPattern`, and `verbs`; what else is in them is passed over. They are tried in their order,
 * after those that were added before; the first that takes path and verb runs. Whether class and
 * method exist shows when a request comes: the status is 500 then, with “Cannot find singleton” or
 * “Cannot find singleton function”.
 *
 * The server remembers the file: see g_rest_server_reload() and #GRestServer:watch-files.
 *
 * Fails with a #GIOErrorEnum, #JsonParserError or #GRegexError; nothing was added then.
 *
 * Returns: %TRUE if all handlers were added
 *
 * Since: 1.0
 */
gboolean
g_rest_server_load_handlers (GRestServer *self, GFile *file, GError **error)
{
  GPtrArray *handlers = NULL;

  g_return_val_if_fail (G_IS_REST_SERVER (self), FALSE);
  g_return_val_if_fail (G_IS_FILE (file), FALSE);

  handlers = read_handlers (self, file, error);
  if (handlers == NULL)
    return FALSE;

  remember_file (self, file, rest_router_add_group (self->service.router, handlers));
  rest_server_watch_files (self);

  return TRUE;
}

GPtrArray *
rest_server_read_keys (GRestServer *self, GError **error)
{
  g_autoptr (GBytes) key = NULL;

  if (self->session_key_file != NULL)
    return rest_session_keys_load (self->session_key_file, error);

  if (self->session_key != NULL && g_bytes_get_size (self->session_key) < REST_SESSION_KEY_SIZE)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   _ ("The key of the sessions has to have at least %d bytes"),
                   REST_SESSION_KEY_SIZE);
      return NULL;
    }
  key = self->session_key != NULL ? g_bytes_ref (self->session_key) : rest_session_key_new ();

  return rest_session_keys_new (key);
}

/* (element-type GPtrArray), one for each file; NULL when one is wrong. */
static GPtrArray *
read_all_handlers (GRestServer *self, GError **error)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);

  for (guint i = 0; self->handler_files != NULL && i < self->handler_files->len; i++)
    {
      const HandlerFile *handler_file = g_ptr_array_index (self->handler_files, i);
      GPtrArray *handlers = read_handlers (self, handler_file->file, error);

      if (handlers == NULL)
        {
          g_autofree char *name = g_file_get_parse_name (handler_file->file);

          g_prefix_error (error, "%s: ", name);
          return NULL;
        }
      g_ptr_array_add (all, handlers);
    }

  return g_steal_pointer (&all);
}

/**
 * g_rest_server_reload:
 * @self: a #GRestServer
 * @error: return location for a #GError
 *
 * Reads the files of g_rest_server_load_handlers() and #GRestServer:session-key-file again: all of
 * them, or, when one cannot be used, none. Requests that are running are not touched, and the
 * handlers keep their place among the others.
 *
 * Fails with the errors of g_rest_server_load_handlers(), with %G_IO_ERROR_PERMISSION_DENIED when
 * others can read the keys, and with %G_IO_ERROR_INVALID_DATA for what is no key; what was read
 * before stays.
 *
 * Returns: %TRUE if all files were read
 *
 * Since: 1.0
 */
gboolean
g_rest_server_reload (GRestServer *self, GError **error)
{
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (GPtrArray) keys = NULL;
  gboolean has_keys = FALSE;

  g_return_val_if_fail (G_IS_REST_SERVER (self), FALSE);

  has_keys = self->service.session_keys != NULL && self->session_key_file != NULL;
  all = read_all_handlers (self, error);
  if (all == NULL)
    return FALSE;
  if (has_keys)
    {
      keys = rest_server_read_keys (self, error);
      if (keys == NULL)
        return FALSE;
      g_ptr_array_unref (self->service.session_keys);
      self->service.session_keys = g_steal_pointer (&keys);
    }

  for (guint i = 0; i < all->len; i++)
    {
      const HandlerFile *handler_file = g_ptr_array_index (self->handler_files, i);

      rest_router_replace_group (self->service.router, handler_file->group,
                                 g_ptr_array_ref (g_ptr_array_index (all, i)));
    }

  return TRUE;
}

static gboolean
reload_cb (gpointer data)
{
  GRestServer *self = data;
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->reload_source, g_source_unref);
  if (!g_rest_server_reload (self, &error))
    rest_server_tell_reload_failed (self, error);

  return G_SOURCE_REMOVE;
}

static void
stop_reloading (GRestServer *self)
{
  if (self->reload_source != NULL)
    g_source_destroy (self->reload_source);
  g_clear_pointer (&self->reload_source, g_source_unref);
}

/* Put off with each change, until there is none for a moment. */
static void
changed_cb (
    GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event, gpointer data)
{
  GRestServer *self = data;

  stop_reloading (self);
  self->reload_source = g_timeout_source_new (SETTLE_MS);
  g_source_set_callback (self->reload_source, reload_cb, self, NULL);
  g_source_attach (self->reload_source, g_main_context_get_thread_default ());
}

static void
monitor_free (gpointer monitor)
{
  g_signal_handlers_disconnect_matched (monitor, G_SIGNAL_MATCH_FUNC, 0, 0, NULL, changed_cb, NULL);
  g_object_unref (monitor);
}

static void
watch_file (GRestServer *self, GFile *file)
{
  g_autoptr (GError) error = NULL;
  GFileMonitor *monitor = g_file_monitor_file (file, G_FILE_MONITOR_WATCH_MOVES, NULL, &error);

  if (monitor == NULL)
    {
      rest_server_tell_reload_failed (self, error);
      return;
    }

  g_signal_connect (monitor, "changed", G_CALLBACK (changed_cb), self);
  g_ptr_array_add (self->monitors, monitor);
}

void
rest_server_watch_files (GRestServer *self)
{
  g_clear_pointer (&self->monitors, g_ptr_array_unref);
  if (!self->watch_files)
    return;

  self->monitors = g_ptr_array_new_with_free_func (monitor_free);
  for (guint i = 0; self->handler_files != NULL && i < self->handler_files->len; i++)
    {
      const HandlerFile *handler_file = g_ptr_array_index (self->handler_files, i);

      watch_file (self, handler_file->file);
    }
  if (self->session_key_file != NULL)
    {
      g_autoptr (GFile) file = g_file_new_for_path (self->session_key_file);

      watch_file (self, file);
    }
}

void
rest_server_forget_files (GRestServer *self)
{
  stop_reloading (self);
  g_clear_pointer (&self->monitors, g_ptr_array_unref);
  g_clear_pointer (&self->handler_files, g_ptr_array_unref);
}
