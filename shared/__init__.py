"""Mechanisms that every service stands on. No word of the business belongs here."""
