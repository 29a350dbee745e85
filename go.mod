module github.com/ikesniff/ikesniff

go 1.26
