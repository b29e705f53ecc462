@echo off
"%~dp0python\python.exe" -m workbook_tools --workspace "%~dp0." menu
if errorlevel 1 pause
