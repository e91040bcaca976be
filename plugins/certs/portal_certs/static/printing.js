// A document is being printed: look again in three seconds, once per page, while nobody is typing or choosing.
setTimeout(() => {
  if (!document.querySelector("form :focus")) window.location.reload();
}, 3000);
