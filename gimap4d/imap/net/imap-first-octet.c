/* A stream over another one that remembers the octet with which its input began.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The gimap4d authors
 */

#include "config.h"

#include "gimap4d/imap/net/imap-first-octet.h"

#define TYPE_INPUT (first_octet_input_get_type ())
G_DECLARE_FINAL_TYPE (FirstOctetInput, first_octet_input, FIRST_OCTET, INPUT, GFilterInputStream)

struct _FirstOctetInput
{
  GFilterInputStream parent_instance;

  int octet; /* -1: none yet */
};

static void first_octet_input_init_pollable (GPollableInputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FirstOctetInput,
                               first_octet_input,
                               G_TYPE_FILTER_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM,
                                                      first_octet_input_init_pollable))

static gpointer
get_base (gpointer self)
{
  return g_filter_input_stream_get_base_stream (self);
}

static gssize
take (FirstOctetInput *self, const void *buffer, gssize n_read)
{
  if (self->octet < 0 && n_read > 0)
    self->octet = *(const guint8 *) buffer;

  return n_read;
}

static gssize
first_octet_input_read (
    GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  return take (FIRST_OCTET_INPUT (stream), buffer,
               g_input_stream_read (get_base (stream), buffer, count, cancellable, error));
}

static gssize
first_octet_input_read_nonblocking (GPollableInputStream *stream,
                                    void *buffer,
                                    gsize count,
                                    GError **error)
{
  return take (
      FIRST_OCTET_INPUT (stream), buffer,
      g_pollable_input_stream_read_nonblocking (get_base (stream), buffer, count, NULL, error));
}

static gboolean
first_octet_input_is_readable (GPollableInputStream *stream)
{
  return g_pollable_input_stream_is_readable (get_base (stream));
}

static GSource *
first_octet_input_create_source (GPollableInputStream *stream, GCancellable *cancellable)
{
  g_autoptr (GSource) source = g_pollable_input_stream_create_source (get_base (stream), NULL);

  return g_pollable_source_new_full (stream, source, cancellable);
}

static void
first_octet_input_init_pollable (GPollableInputStreamInterface *iface)
{
  iface->read_nonblocking = first_octet_input_read_nonblocking;
  iface->is_readable = first_octet_input_is_readable;
  iface->create_source = first_octet_input_create_source;
}

static void
first_octet_input_init (FirstOctetInput *self)
{
  self->octet = -1;
}

static void
first_octet_input_class_init (FirstOctetInputClass *klass)
{
  G_INPUT_STREAM_CLASS (klass)->read_fn = first_octet_input_read;
}

struct _ImapFirstOctetStream
{
  GIOStream parent_instance;

  GIOStream *base;        /* owned */
  FirstOctetInput *input; /* owned */
};

G_DEFINE_FINAL_TYPE (ImapFirstOctetStream, imap_first_octet_stream, G_TYPE_IO_STREAM)

static void
imap_first_octet_stream_init (ImapFirstOctetStream *self)
{
}

static void
imap_first_octet_stream_finalize (GObject *object)
{
  ImapFirstOctetStream *self = IMAP_FIRST_OCTET_STREAM (object);

  g_clear_object (&self->input);
  g_clear_object (&self->base);

  G_OBJECT_CLASS (imap_first_octet_stream_parent_class)->finalize (object);
}

static GInputStream *
imap_first_octet_stream_get_input (GIOStream *stream)
{
  return G_INPUT_STREAM (IMAP_FIRST_OCTET_STREAM (stream)->input);
}

static GOutputStream *
imap_first_octet_stream_get_output (GIOStream *stream)
{
  return g_io_stream_get_output_stream (IMAP_FIRST_OCTET_STREAM (stream)->base);
}

static gboolean
imap_first_octet_stream_close (GIOStream *stream, GCancellable *cancellable, GError **error)
{
  return g_io_stream_close (IMAP_FIRST_OCTET_STREAM (stream)->base, cancellable, error);
}

static void
imap_first_octet_stream_class_init (ImapFirstOctetStreamClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = imap_first_octet_stream_finalize;
  G_IO_STREAM_CLASS (klass)->get_input_stream = imap_first_octet_stream_get_input;
  G_IO_STREAM_CLASS (klass)->get_output_stream = imap_first_octet_stream_get_output;
  G_IO_STREAM_CLASS (klass)->close_fn = imap_first_octet_stream_close;
}

GIOStream *
imap_first_octet_stream_new (GIOStream *base)
{
  ImapFirstOctetStream *self = g_object_new (IMAP_TYPE_FIRST_OCTET_STREAM, NULL);

  self->base = g_object_ref (base);
  self->input = g_object_new (TYPE_INPUT, "base-stream", g_io_stream_get_input_stream (base),
                              "close-base-stream", FALSE, NULL);

  return G_IO_STREAM (self);
}

GIOStream *
imap_first_octet_stream_get_base (ImapFirstOctetStream *self)
{
  return self->base;
}

int
imap_first_octet_stream_get_octet (ImapFirstOctetStream *self)
{
  return self->input->octet;
}
