"""The read store: documents that projections write and queries read.

`interface` and `conditions` say what can be asked, `sqlite` answers on one machine, `cursor` carries pages over HTTP.
"""
