"""Plugins that ship with coqs; each imports the front door only, like any stranger's."""
