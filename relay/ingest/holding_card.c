#include "ingest/holding_card.h"

#include <errno.h>
#include <math.h>
#include <pango/pangocairo.h>
#include <string.h>

#define TITLES_MAX 3 /* lines that stay readable on the least rung; choice */

static void draw_ground(cairo_t *cairo, double width, double height)
{
	cairo_pattern_t *ground = cairo_pattern_create_linear(0, 0, 0, height);

	cairo_pattern_add_color_stop_rgb(ground, 0, 0.06, 0.09, 0.16);
	cairo_pattern_add_color_stop_rgb(ground, 1, 0.09, 0.14, 0.24);
	cairo_set_source(cairo, ground);
	cairo_rectangle(cairo, 0, 0, width, height);
	cairo_fill(cairo);
	cairo_pattern_destroy(ground);
}

/* Three dots in a ring: the sign for "in a moment" that needs no language. */
static void draw_symbol(cairo_t *cairo, double x, double y, double radius)
{
	cairo_set_source_rgb(cairo, 0.55, 0.68, 0.86);
	cairo_set_line_width(cairo, radius / 9);
	cairo_arc(cairo, x, y, radius, 0, 2 * M_PI);
	cairo_stroke(cairo);
	for (int n = -1; n <= 1; n++) {
		cairo_arc(cairo, x + n * radius * 0.48, y, radius * 0.13, 0, 2 * M_PI);
		cairo_fill(cairo);
	}
}

/* Returns the height that the text took. */
static double draw_title(cairo_t *cairo, PangoContext *context, const struct dm_title *title,
			 double y, double width, double size)
{
	PangoLayout *layout = pango_layout_new(context);
	PangoFontDescription *font = pango_font_description_from_string("Noto Sans, DejaVu Sans");
	int text_width, text_height;

	pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
	pango_context_set_language(context, pango_language_from_string(title->lang));
	pango_layout_context_changed(layout);
	pango_layout_set_font_description(layout, font);
	pango_layout_set_width(layout, (int)(width * 0.84) * PANGO_SCALE);
	pango_layout_set_height(layout, -2); /* two lines, then an ellipsis */
	pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
	pango_layout_set_alignment(layout, PANGO_ALIGN_CENTER);
	pango_layout_set_text(layout, title->text, -1);
	pango_layout_get_pixel_size(layout, &text_width, &text_height);
	cairo_set_source_rgb(cairo, 0.93, 0.95, 0.98);
	cairo_move_to(cairo, width * 0.08, y);
	pango_cairo_show_layout(cairo, layout);
	pango_font_description_free(font);
	g_object_unref(layout);
	return text_height;
}

/* Cairo's RGB24 is a native-endian word 0x00RRGGBB. Chroma is taken from one pixel of four: the
 * card has no sharp colours. */
static void to_i420(const struct dm_i420 *to, const unsigned char *pixels, size_t stride)
{
	for (size_t y = 0; y < to->height; y++) {
		for (size_t x = 0; x < to->width; x++) {
			uint32_t pixel;

			memcpy(&pixel, pixels + y * stride + x * sizeof(pixel), sizeof(pixel));
			const struct dm_yuv yuv = dm_yuv_from_rgb(pixel >> 16 & 255,
								  pixel >> 8 & 255, pixel & 255);

			to->planes[0][y * to->strides[0] + x] = yuv.y;
			if (x % 2 || y % 2 || x / 2 >= to->width / 2 || y / 2 >= to->height / 2)
				continue;
			to->planes[1][y / 2 * to->strides[1] + x / 2] = yuv.u;
			to->planes[2][y / 2 * to->strides[2] + x / 2] = yuv.v;
		}
	}
}

int dm_holding_card_draw(const struct dm_i420 *to, const struct dm_title *titles,
			 size_t title_count)
{
	const double width = (double)to->width, height = (double)to->height;
	cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)to->width,
							      (int)to->height);
	cairo_t *cairo = cairo_create(surface);
	double y = height * 0.46;
	/* Fonts of its own, not the thread's default ones, which would stay for good. */
	PangoFontMap *fonts = pango_cairo_font_map_new();
	PangoContext *context = pango_font_map_create_context(fonts);
	int error = 0;

	if (cairo_status(cairo) != CAIRO_STATUS_SUCCESS) {
		error = -ENOMEM;
		goto destroy;
	}
	draw_ground(cairo, width, height);
	draw_symbol(cairo, width / 2, height * 0.26, height * 0.09);
	for (size_t n = 0; n < title_count && n < TITLES_MAX; n++)
		y += draw_title(cairo, context, &titles[n], y, width,
				height * (n == 0 ? 0.085 : 0.065)) +
		     height * 0.02;
	cairo_surface_flush(surface);
	to_i420(to, cairo_image_surface_get_data(surface),
		(size_t)cairo_image_surface_get_stride(surface));
destroy:
	g_object_unref(context);
	g_object_unref(fonts);
	cairo_destroy(cairo);
	cairo_surface_destroy(surface);
	return error;
}
