"""The router that the modules beside this one put their routes on."""

from fastapi import APIRouter

router = APIRouter(tags=["indices"])
