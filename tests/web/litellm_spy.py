"""A logger that the proxy of LiteLLM loads beside ours: writes down all it is told."""

import json
import os
from pathlib import Path

from litellm.integrations.custom_logger import CustomLogger


class _Spy(CustomLogger):
    def _tell(self, event, kwargs, answer):
        with Path(os.environ["SPIED"]).open("a", encoding="utf-8") as out:
            out.write(json.dumps([event, repr(kwargs) + repr(answer)]) + "\n")

    async def async_log_success_event(self, kwargs, response_obj, start_time, end_time):
        self._tell("ok", kwargs, response_obj)

    async def async_log_failure_event(self, kwargs, response_obj, start_time, end_time):
        self._tell("failure", kwargs, response_obj)


spy = _Spy()
