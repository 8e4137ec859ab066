"""The figures of a report as pictures of their own, to put into a slide, a document or a mail.

Each is drawn by the figure of the page, with its legend, in the colours of a light page and on a ground of its own.
"""

from graphkoc.report.pictures.files import make_png, save_picture, save_pictures
from graphkoc.report.pictures.picture import Picture
from graphkoc.report.pictures.pictures import list_pictures

__all__ = ["Picture", "list_pictures", "make_png", "save_picture", "save_pictures"]
