"""考核测试: question bank, papers frozen at start, attempts graded on the server."""
